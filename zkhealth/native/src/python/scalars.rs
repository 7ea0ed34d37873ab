//! `Scalars`: a vector over the scalar field as a Python object.

use super::{broadcasts, gather, positions, same_length, DecodingError};
use crate::kernels::fr::{self, FrVec};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// An immutable vector of scalars; its memory is wiped when it is dropped.
#[pyclass(frozen, module = "zkhealth._native")]
pub struct Scalars(pub FrVec);

fn chunks(data: &[u8], width: usize) -> PyResult<()> {
    if data.len().is_multiple_of(width) {
        Ok(())
    } else {
        Err(DecodingError::new_err(format!("expected a multiple of {width} bytes, got {}", data.len())))
    }
}

#[pymethods]
impl Scalars {
    #[staticmethod]
    fn decode(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        chunks(data, fr::BYTES)?;
        py.detach(|| FrVec::decode(data))
            .map(Scalars)
            .ok_or_else(|| DecodingError::new_err("scalar is not canonical: expected an integer below the group order"))
    }

    #[staticmethod]
    fn reduce(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        chunks(data, fr::WIDE)?;
        Ok(Scalars(py.detach(|| FrVec::reduce(data))))
    }

    #[staticmethod]
    fn concat(parts: Vec<PyRef<'_, Scalars>>) -> Self {
        Scalars(FrVec(parts.iter().flat_map(|p| p.0 .0.iter().copied()).collect()))
    }

    fn __len__(&self) -> usize {
        self.0 .0.len()
    }

    fn encode<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| self.0.encode()))
    }

    fn equals(&self, other: &Scalars) -> bool {
        let (a, b) = (&self.0 .0, &other.0 .0);
        a.len() == b.len()
            && a.iter().zip(b).fold(0, |acc, (x, y)| (0..4).fold(acc, |acc, k| acc | (x.l[k] ^ y.l[k]))) == 0
    }

    fn add(&self, py: Python<'_>, other: &Scalars) -> PyResult<Self> {
        broadcasts(self.__len__(), other.__len__())?;
        Ok(Scalars(py.detach(|| self.0.zip(&other.0, fr::add))))
    }

    fn sub(&self, py: Python<'_>, other: &Scalars) -> PyResult<Self> {
        broadcasts(self.__len__(), other.__len__())?;
        Ok(Scalars(py.detach(|| self.0.zip(&other.0, fr::sub))))
    }

    fn mul(&self, py: Python<'_>, other: &Scalars) -> PyResult<Self> {
        broadcasts(self.__len__(), other.__len__())?;
        Ok(Scalars(py.detach(|| self.0.zip(&other.0, fr::mul))))
    }

    fn neg(&self) -> Self {
        Scalars(self.0.neg())
    }

    fn inverse(&self, py: Python<'_>) -> PyResult<Self> {
        py.detach(|| self.0.inverse()).map(Scalars).ok_or_else(|| PyValueError::new_err("zero has no inverse"))
    }

    fn dot(&self, py: Python<'_>, other: &Scalars) -> PyResult<Self> {
        same_length(self.__len__(), other.__len__())?;
        Ok(Scalars(py.detach(|| self.0.dot(&other.0))))
    }

    fn sum(&self) -> Self {
        Scalars(self.0.sum())
    }

    fn powers(&self, py: Python<'_>, n: usize) -> PyResult<Self> {
        let x = self.0 .0.first().ok_or_else(|| PyValueError::new_err("expected one scalar"))?;
        py.detach(|| FrVec::powers(x, n)).map(Scalars).ok_or_else(|| PyValueError::new_err("no memory for so many"))
    }

    fn kron(&self, py: Python<'_>, other: &Scalars) -> Self {
        Scalars(py.detach(|| self.0.kron(&other.0)))
    }

    fn slice(&self, start: isize, step: isize, n: usize) -> PyResult<Self> {
        self.take(positions(start, step, n, self.__len__())?)
    }

    fn take(&self, indices: Vec<usize>) -> PyResult<Self> {
        Ok(Scalars(FrVec(gather(&self.0 .0, &indices)?)))
    }
}
