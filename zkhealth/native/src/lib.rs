//! Vectors over BLS12-381: the scalar field, G1 and G2.
//!
//! `kernels` is the arithmetic, `python` the thin bindings (feature `python`).

pub mod kernels;

#[cfg(feature = "python")]
mod python;
