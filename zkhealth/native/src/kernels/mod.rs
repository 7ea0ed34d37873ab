//! Array operations, free of Python.
//!
//! Each kernel works on whole vectors, so that a faster version for one
//! processor can take its place behind the same signature.

pub mod fixed;
pub mod fr;
mod glv;
pub mod group;
pub mod msm;
pub mod pairing;
pub mod recode;
pub mod sha256;
