//! `G1Points` and `G2Points`: vectors of points as Python objects.

use super::scalars::Scalars;
use super::{broadcasts, gather, positions, same_length, DecodingError};
use crate::kernels::fixed::Table;
use crate::kernels::fr::Digits;
use crate::kernels::group::{Group, PointError, G1, G2};
use crate::kernels::msm;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

fn decode<G: Group>(data: &[u8]) -> PyResult<Vec<G::Affine>> {
    if !data.len().is_multiple_of(G::BYTES) {
        return Err(DecodingError::new_err(format!("expected a multiple of {} bytes, got {}", G::BYTES, data.len())));
    }
    data.chunks_exact(G::BYTES).enumerate().map(|(i, chunk)| G::decode(chunk).map_err(|e| point_error(i, e))).collect()
}

fn point_error(i: usize, error: PointError) -> PyErr {
    let why = match error {
        PointError::Encoding => "is not canonically encoded",
        PointError::NotOnCurve => "is not on the curve",
        PointError::NotInGroup => "is not in the subgroup of prime order",
    };
    DecodingError::new_err(format!("point {i} {why}"))
}

fn encode<G: Group>(points: &[G::Affine]) -> Vec<u8> {
    let mut out = vec![0u8; points.len() * G::BYTES];
    points.iter().zip(out.chunks_exact_mut(G::BYTES)).for_each(|(p, chunk)| G::encode(p, chunk));
    out
}

fn map_to_curve<G: Group>(u: &[u8]) -> PyResult<Vec<G::Affine>> {
    let width = 2 * G::BYTES;
    if !u.len().is_multiple_of(width) {
        return Err(PyValueError::new_err(format!("expected a multiple of {width} bytes, got {}", u.len())));
    }
    let points: Option<Vec<_>> = u.chunks_exact(width).map(G::map_to_curve).collect();
    points.map(|p| G::to_affine(&p)).ok_or_else(|| PyValueError::new_err("field element is not canonical"))
}

/// f(a[i], b[i]) in affine coordinates, where a vector of length 1 is repeated.
fn zip<G: Group, T>(points: &[G::Affine], others: &[T], f: impl Fn(&G::Affine, &T) -> G::Jacobian) -> Vec<G::Affine> {
    let out: Vec<_> = if points.len() == others.len() {
        points.iter().zip(others).map(|(p, q)| f(p, q)).collect()
    } else if others.len() == 1 {
        points.iter().map(|p| f(p, &others[0])).collect()
    } else {
        others.iter().map(|q| f(&points[0], q)).collect()
    };
    G::to_affine(&out)
}

fn add<G: Group>(p: &G::Affine, q: &G::Affine) -> G::Jacobian {
    let mut out = G::lift(p);
    G::add_affine(&mut out, q);
    out
}

fn negate<G: Group>(mut p: G::Affine) -> G::Affine {
    G::negate_if(&mut p, true);
    p
}

fn sum<G: Group>(points: &[G::Affine]) -> Vec<G::Affine> {
    let mut acc = G::Jacobian::default();
    points.iter().for_each(|p| G::add_affine(&mut acc, p));
    G::to_affine(&[acc])
}

macro_rules! points_class {
    ($name:ident, $table:ident, $group:ty) => {
        /// An immutable vector of points of the prime-order subgroup.
        #[pyclass(frozen, module = "zkhealth._native")]
        pub struct $name(pub Vec<<$group as Group>::Affine>);

        /// Multiples of fixed points, for constant-time sums over them.
        #[pyclass(frozen, module = "zkhealth._native")]
        pub struct $table(Table<$group>);

        #[pymethods]
        impl $table {
            fn rows(&self, py: Python<'_>, columns: Vec<PyRef<'_, Scalars>>) -> PyResult<$name> {
                same_length(columns.len(), self.0.bases)?;
                for column in &columns {
                    same_length(column.0 .0.len(), columns[0].0 .0.len())?;
                }
                let digits: Vec<Digits> = columns.iter().map(|c| c.0.digits()).collect();
                Ok($name(py.detach(|| self.0.rows(&digits))))
            }
        }

        #[pymethods]
        impl $name {
            #[staticmethod]
            fn decode(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
                py.detach(|| decode::<$group>(data)).map(Self)
            }

            #[staticmethod]
            fn generator() -> Self {
                Self(vec![<$group>::generator()])
            }

            #[staticmethod]
            fn map_to_curve(py: Python<'_>, u: &[u8]) -> PyResult<Self> {
                py.detach(|| map_to_curve::<$group>(u)).map(Self)
            }

            #[staticmethod]
            fn concat(parts: Vec<PyRef<'_, Self>>) -> Self {
                Self(parts.iter().flat_map(|p| p.0.iter().copied()).collect())
            }

            fn __len__(&self) -> usize {
                self.0.len()
            }

            fn encode<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
                PyBytes::new(py, &encode::<$group>(&self.0))
            }

            fn equals(&self, other: &Self) -> bool {
                self.0 == other.0
            }

            fn has_identity(&self) -> bool {
                self.0.iter().any(<$group>::is_identity)
            }

            fn add(&self, py: Python<'_>, other: &Self) -> PyResult<Self> {
                broadcasts(self.0.len(), other.0.len())?;
                Ok(Self(py.detach(|| zip::<$group, _>(&self.0, &other.0, add::<$group>))))
            }

            fn neg(&self) -> Self {
                Self(self.0.iter().copied().map(negate::<$group>).collect())
            }

            fn sum(&self, py: Python<'_>) -> Self {
                Self(py.detach(|| sum::<$group>(&self.0)))
            }

            fn scale(&self, py: Python<'_>, scalars: &Scalars) -> PyResult<Self> {
                broadcasts(self.0.len(), scalars.0 .0.len())?;
                let digits = scalars.0.digits();
                Ok(Self(py.detach(|| zip::<$group, _>(&self.0, &digits.0, <$group>::mult))))
            }

            fn scale_vartime(&self, py: Python<'_>, scalars: &Scalars) -> PyResult<Self> {
                broadcasts(self.0.len(), scalars.0 .0.len())?;
                let digits = scalars.0.digits();
                Ok(Self(py.detach(|| zip::<$group, _>(&self.0, &digits.0, msm::scale::<$group>))))
            }

            fn msm(&self, py: Python<'_>, scalars: &Scalars) -> PyResult<Self> {
                same_length(self.0.len(), scalars.0 .0.len())?;
                let digits = scalars.0.digits();
                Ok(Self(py.detach(|| <$group>::to_affine(&[msm::constant_time::<$group>(&self.0, &digits)]))))
            }

            fn msm_vartime(&self, py: Python<'_>, scalars: &Scalars) -> PyResult<Self> {
                same_length(self.0.len(), scalars.0 .0.len())?;
                let digits = scalars.0.digits();
                Ok(Self(py.detach(|| <$group>::to_affine(&[msm::variable_time::<$group>(&self.0, &digits)]))))
            }

            fn select_sum(&self, py: Python<'_>, bits: &Scalars) -> PyResult<Self> {
                same_length(self.0.len(), bits.0 .0.len())?;
                let digits = bits.0.digits();
                let sum = py.detach(|| msm::select_sum::<$group>(&self.0, &digits));
                let sum = sum.ok_or_else(|| PyValueError::new_err("expected zeros and ones"))?;
                Ok(Self(<$group>::to_affine(&[sum])))
            }

            fn slice(&self, start: isize, step: isize, n: usize) -> PyResult<Self> {
                self.take(positions(start, step, n, self.0.len())?)
            }

            fn take(&self, indices: Vec<usize>) -> PyResult<Self> {
                Ok(Self(gather(&self.0, &indices)?))
            }

            fn precompute(&self, py: Python<'_>) -> $table {
                $table(py.detach(|| Table::new(&self.0)))
            }
        }
    };
}

points_class!(G1Points, G1Table, G1);
points_class!(G2Points, G2Table, G2);
