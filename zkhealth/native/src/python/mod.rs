//! The Python module `zkhealth._native`: checks lengths, releases the GIL, calls the kernels.

mod points;
mod scalars;

use crate::kernels;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

pyo3::import_exception!(zkhealth.errors, DecodingError);

/// Whether the product of the pairings e(P[i], Q[i]) is one.
#[pyfunction]
#[allow(non_snake_case)]
fn pairing_product_is_one(py: Python<'_>, P: &points::G1Points, Q: &points::G2Points) -> PyResult<bool> {
    same_length(P.0.len(), Q.0.len())?;
    Ok(py.detach(|| kernels::pairing::product_is_one(&P.0, &Q.0)))
}

/// SHA-256(prefix || row) of each `width`-byte row of `data`.
#[pyfunction]
fn sha256_rows<'py>(py: Python<'py>, prefix: &[u8], data: &[u8], width: usize) -> PyResult<Bound<'py, PyBytes>> {
    if width == 0 || width > data.len().max(1 << 16) || !data.len().is_multiple_of(width) {
        return Err(PyValueError::new_err("expected a whole number of rows"));
    }
    let digests = py.detach(|| kernels::sha256::rows(prefix, data, width));
    Ok(PyBytes::new(py, &digests))
}

fn same_length(a: usize, b: usize) -> PyResult<()> {
    if a == b {
        Ok(())
    } else {
        Err(PyValueError::new_err(format!("lengths differ: {a} and {b}")))
    }
}

fn broadcasts(a: usize, b: usize) -> PyResult<()> {
    if a == 1 || b == 1 {
        Ok(())
    } else {
        same_length(a, b)
    }
}

/// The positions of a slice, checked against the length.
fn positions(start: isize, step: isize, n: usize, len: usize) -> PyResult<Vec<usize>> {
    (0..n.min(len + 1))
        .map(|k| {
            isize::try_from(k)
                .ok()
                .and_then(|k| k.checked_mul(step))
                .and_then(|offset| start.checked_add(offset))
                .and_then(|i| usize::try_from(i).ok())
                .filter(|&i| i < len)
                .ok_or_else(|| PyValueError::new_err("slice out of range"))
        })
        .collect()
}

/// `values[i]` for each position, all of which must exist.
fn gather<T: Copy>(values: &[T], positions: &[usize]) -> PyResult<Vec<T>> {
    positions
        .iter()
        .map(|&i| values.get(i).copied().ok_or_else(|| PyValueError::new_err("index out of range")))
        .collect()
}

#[pymodule]
fn _native(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add("build_profile", if cfg!(debug_assertions) { "debug" } else { "release" })?;
    m.add_class::<scalars::Scalars>()?;
    m.add_class::<points::G1Points>()?;
    m.add_class::<points::G2Points>()?;
    m.add_class::<points::G1Table>()?;
    m.add_class::<points::G2Table>()?;
    m.add_function(wrap_pyfunction!(pairing_product_is_one, m)?)?;
    m.add_function(wrap_pyfunction!(sha256_rows, m)?)?;
    Ok(())
}
