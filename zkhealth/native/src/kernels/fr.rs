//! Vectors over the scalar field, integers modulo r, in Montgomery form.

use blst::*;
use zeroize::Zeroize;

/// The width of an encoded scalar, in bytes.
pub const BYTES: usize = 32;
/// The width of bytes that `reduce` takes for one scalar: 128 bits more than needed.
pub const WIDE: usize = 48;

/// A vector of scalars, wiped when dropped.
#[derive(Clone, Default)]
pub struct FrVec(pub Vec<blst_fr>);

impl Drop for FrVec {
    fn drop(&mut self) {
        for x in &mut self.0 {
            x.l.zeroize();
        }
    }
}

/// Scalars as 32 little-endian bytes each, wiped when dropped.
pub struct Digits(pub Vec<blst_scalar>);

impl Drop for Digits {
    fn drop(&mut self) {
        for x in &mut self.0 {
            x.b.zeroize();
        }
    }
}

/// The element 1.
pub fn one() -> blst_fr {
    from_u64(1)
}

/// A small integer as an element.
pub fn from_u64(x: u64) -> blst_fr {
    let mut out = blst_fr::default();
    unsafe { blst_fr_from_uint64(&mut out, [x, 0, 0, 0].as_ptr()) };
    out
}

/// a + b.
pub fn add(a: &blst_fr, b: &blst_fr) -> blst_fr {
    let mut out = blst_fr::default();
    unsafe { blst_fr_add(&mut out, a, b) };
    out
}

/// a − b.
pub fn sub(a: &blst_fr, b: &blst_fr) -> blst_fr {
    let mut out = blst_fr::default();
    unsafe { blst_fr_sub(&mut out, a, b) };
    out
}

/// a · b.
pub fn mul(a: &blst_fr, b: &blst_fr) -> blst_fr {
    let mut out = blst_fr::default();
    unsafe { blst_fr_mul(&mut out, a, b) };
    out
}

impl FrVec {
    /// n·32 canonical big-endian bytes; `None` where one is not below r.
    pub fn decode(data: &[u8]) -> Option<FrVec> {
        let mut out = FrVec(Vec::with_capacity(data.len() / BYTES));
        for chunk in data.chunks_exact(BYTES) {
            let mut s = blst_scalar::default();
            let mut x = blst_fr::default();
            unsafe {
                blst_scalar_from_bendian(&mut s, chunk.as_ptr());
                if !blst_scalar_fr_check(&s) {
                    s.b.zeroize();
                    return None;
                }
                blst_fr_from_scalar(&mut x, &s);
            }
            s.b.zeroize();
            out.0.push(x);
        }
        Some(out)
    }

    /// n·48 big-endian bytes, each reduced modulo r in constant time.
    pub fn reduce(data: &[u8]) -> FrVec {
        let mut out = FrVec(Vec::with_capacity(data.len() / WIDE));
        for chunk in data.chunks_exact(WIDE) {
            let mut s = blst_scalar::default();
            let mut x = blst_fr::default();
            unsafe {
                blst_scalar_from_be_bytes(&mut s, chunk.as_ptr(), WIDE);
                blst_fr_from_scalar(&mut x, &s);
            }
            s.b.zeroize();
            out.0.push(x);
        }
        out
    }

    /// The inverse of `decode`.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![0u8; self.0.len() * BYTES];
        for (x, chunk) in self.0.iter().zip(out.chunks_exact_mut(BYTES)) {
            let mut s = blst_scalar::default();
            unsafe {
                blst_scalar_from_fr(&mut s, x);
                blst_bendian_from_scalar(chunk.as_mut_ptr(), &s);
            }
            s.b.zeroize();
        }
        out
    }

    /// Out of Montgomery form, for multi-scalar multiplication.
    pub fn digits(&self) -> Digits {
        let mut out = Digits(vec![blst_scalar::default(); self.0.len()]);
        for (x, s) in self.0.iter().zip(&mut out.0) {
            unsafe { blst_scalar_from_fr(s, x) };
        }
        out
    }

    /// f(a[i], b[i]), where a vector of length 1 is repeated.
    ///
    /// The caller has checked the lengths.
    pub fn zip(&self, other: &FrVec, f: impl Fn(&blst_fr, &blst_fr) -> blst_fr) -> FrVec {
        let (a, b) = (&self.0, &other.0);
        FrVec(if a.len() == b.len() {
            a.iter().zip(b).map(|(x, y)| f(x, y)).collect()
        } else if b.len() == 1 {
            a.iter().map(|x| f(x, &b[0])).collect()
        } else {
            b.iter().map(|y| f(&a[0], y)).collect()
        })
    }

    /// −a.
    pub fn neg(&self) -> FrVec {
        let zero = blst_fr::default();
        FrVec(self.0.iter().map(|x| sub(&zero, x)).collect())
    }

    /// Σ a[i]·b[i].
    pub fn dot(&self, other: &FrVec) -> FrVec {
        let mut acc = blst_fr::default();
        for (x, y) in self.0.iter().zip(&other.0) {
            acc = add(&acc, &mul(x, y));
        }
        FrVec(vec![acc])
    }

    /// Σ a[i].
    pub fn sum(&self) -> FrVec {
        FrVec(vec![self.0.iter().fold(blst_fr::default(), |acc, x| add(&acc, x))])
    }

    /// 1, x, x², … (n of them); `None` where there is no memory for so many.
    pub fn powers(x: &blst_fr, n: usize) -> Option<FrVec> {
        let mut out = FrVec(Vec::new());
        out.0.try_reserve_exact(n).ok()?;
        let mut power = one();
        for _ in 0..n {
            out.0.push(power);
            power = mul(&power, x);
        }
        Some(out)
    }

    /// a[i]·b[j] at i·len(b) + j.
    pub fn kron(&self, other: &FrVec) -> FrVec {
        FrVec(self.0.iter().flat_map(|x| other.0.iter().map(move |y| mul(x, y))).collect())
    }

    /// All inverses for one inversion and 3n products; `None` if one is zero.
    pub fn inverse(&self) -> Option<FrVec> {
        let n = self.0.len();
        let mut out = FrVec(Vec::with_capacity(n));
        let mut product = one();
        for x in &self.0 {
            if x.l == [0; 4] {
                return None;
            }
            out.0.push(product);
            product = mul(&product, x);
        }
        let mut suffix = blst_fr::default();
        unsafe { blst_fr_inverse(&mut suffix, &product) };
        for (o, x) in out.0.iter_mut().zip(&self.0).rev() {
            *o = mul(o, &suffix);
            suffix = mul(&suffix, x);
        }
        Some(out)
    }
}
