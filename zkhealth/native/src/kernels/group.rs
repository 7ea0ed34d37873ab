//! The two groups behind one trait, so that each algorithm is written once.

use super::glv;
use super::recode::Limbs;
use blst::*;

/// Why bytes are not a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointError {
    /// Wrong flags, a coordinate not below p, or a non-canonical infinity.
    Encoding,
    /// No point has this x coordinate.
    NotOnCurve,
    /// On the curve, but outside the subgroup of order r.
    NotInGroup,
}

/// A sum over few points.
pub type ShortSum<G> = fn(&[<G as Group>::Affine], &[blst_scalar]) -> <G as Group>::Jacobian;

/// A group of order r on the BLS12-381 curve or its twist.
pub trait Group: Copy + Send + Sync + 'static {
    /// Affine coordinates; all zeros is the identity.
    type Affine: Limbs + Default + Send + Sync + PartialEq;
    /// Jacobian coordinates; Z = 0 is the identity.
    type Jacobian: Copy + Default + Send + Sync;
    /// Width of a compressed point in bytes.
    const BYTES: usize;

    /// The generator fixed by the curve's specification.
    fn generator() -> Self::Affine;
    /// One compressed point: canonical, on the curve, in the subgroup.
    fn decode(data: &[u8]) -> Result<Self::Affine, PointError>;
    /// The inverse of `decode`.
    fn encode(point: &Self::Affine, out: &mut [u8]);
    /// RFC 9380: map both elements, add, clear the cofactor.
    fn map_to_curve(u: &[u8]) -> Option<Self::Jacobian>;
    /// To Jacobian coordinates.
    fn lift(point: &Self::Affine) -> Self::Jacobian;
    /// All to affine coordinates with one inversion, in constant time.
    fn to_affine(points: &[Self::Jacobian]) -> Vec<Self::Affine>;
    /// a + b, complete and in constant time.
    fn add(a: &Self::Jacobian, b: &Self::Jacobian) -> Self::Jacobian;
    /// a += b, complete and in constant time.
    fn add_affine(a: &mut Self::Jacobian, b: &Self::Affine);
    /// a += a.
    fn double(a: &mut Self::Jacobian);
    /// point = −point if `negative`, in constant time.
    fn negate_if(point: &mut Self::Affine, negative: bool);
    /// Σ scalars[i]·points[i] over few points in variable time, where there is a faster way; no identity among them.
    const SHORT_SUM: Option<ShortSum<Self>>;
    /// scalar · point in constant time.
    fn mult(point: &Self::Affine, scalar: &blst_scalar) -> Self::Jacobian;
    /// Σ scalars[i]·points[i] by buckets, in variable time; no identity among the points.
    fn pippenger(points: &[Self::Affine], scalars: &[blst_scalar], bits: usize) -> Self::Jacobian;

    /// Whether this is the identity.
    fn is_identity(point: &Self::Affine) -> bool {
        *point == Self::Affine::default()
    }
}

/// The 381-bit base field: 48 canonical big-endian bytes.
pub(super) fn fp_from_bytes(data: &[u8]) -> Option<blst_fp> {
    let mut x = blst_fp::default();
    let mut back = [0u8; 48];
    unsafe {
        blst_fp_from_bendian(&mut x, data.as_ptr());
        blst_bendian_from_fp(back.as_mut_ptr(), &x);
    }
    (back == *data).then_some(x)
}

fn check(result: BLST_ERROR) -> Result<(), PointError> {
    match result {
        BLST_ERROR::BLST_SUCCESS => Ok(()),
        BLST_ERROR::BLST_POINT_NOT_ON_CURVE => Err(PointError::NotOnCurve),
        BLST_ERROR::BLST_POINT_NOT_IN_GROUP => Err(PointError::NotInGroup),
        _ => Err(PointError::Encoding),
    }
}

fn or_limbs(out: &mut blst_fp, other: &blst_fp, mask: u64) {
    for (o, x) in out.l.iter_mut().zip(&other.l) {
        *o |= x & mask;
    }
}

impl Limbs for blst_p1_affine {
    fn zero() -> Self {
        Self::default()
    }
    #[inline(always)]
    fn or_masked(&mut self, other: &Self, mask: u64) {
        or_limbs(&mut self.x, &other.x, mask);
        or_limbs(&mut self.y, &other.y, mask);
    }
}

impl Limbs for blst_p2_affine {
    fn zero() -> Self {
        Self::default()
    }
    #[inline(always)]
    fn or_masked(&mut self, other: &Self, mask: u64) {
        for k in 0..2 {
            or_limbs(&mut self.x.fp[k], &other.x.fp[k], mask);
            or_limbs(&mut self.y.fp[k], &other.y.fp[k], mask);
        }
    }
}

/// The group of the curve over the base field.
#[derive(Clone, Copy)]
pub struct G1;
/// The group of the twist over the quadratic extension.
#[derive(Clone, Copy)]
pub struct G2;

macro_rules! impl_group {
    ($group:ty, $bytes:literal, $affine:ty, $jacobian:ty, $generator:path, $uncompress:path, $in_group:path,
     $compress:path, $from_affine:path, $to_affine:path, $add:path, $add_affine:path, $double:path,
     $cneg:path, $mult:path, $pippenger:path, $scratch:path, $map:expr, $short_sum:expr) => {
        impl Group for $group {
            type Affine = $affine;
            type Jacobian = $jacobian;
            const BYTES: usize = $bytes;
            const SHORT_SUM: Option<ShortSum<Self>> = $short_sum;

            fn generator() -> $affine {
                unsafe { *$generator() }
            }

            fn decode(data: &[u8]) -> Result<$affine, PointError> {
                if data.len() != $bytes {
                    return Err(PointError::Encoding);
                }
                let mut point = <$affine>::default();
                check(unsafe { $uncompress(&mut point, data.as_ptr()) })?;
                if unsafe { $in_group(&point) } {
                    Ok(point)
                } else {
                    Err(PointError::NotInGroup)
                }
            }

            fn encode(point: &$affine, out: &mut [u8]) {
                assert_eq!(out.len(), $bytes);
                unsafe { $compress(out.as_mut_ptr(), point) };
            }

            fn map_to_curve(u: &[u8]) -> Option<$jacobian> {
                $map(u)
            }

            fn lift(point: &$affine) -> $jacobian {
                let mut out = <$jacobian>::default();
                unsafe { $from_affine(&mut out, point) };
                out
            }

            fn to_affine(points: &[$jacobian]) -> Vec<$affine> {
                let mut out = vec![<$affine>::default(); points.len()];
                if !points.is_empty() {
                    // A null pointer after the first tells blst that the points are contiguous.
                    let list = [points.as_ptr(), std::ptr::null()];
                    unsafe { $to_affine(out.as_mut_ptr(), list.as_ptr(), points.len()) };
                }
                out
            }

            fn add(a: &$jacobian, b: &$jacobian) -> $jacobian {
                let mut out = <$jacobian>::default();
                unsafe { $add(&mut out, a, b) };
                out
            }

            #[inline(always)]
            fn add_affine(a: &mut $jacobian, b: &$affine) {
                unsafe { $add_affine(a, a, b) };
            }

            #[inline(always)]
            fn double(a: &mut $jacobian) {
                unsafe { $double(a, a) };
            }

            #[inline(always)]
            fn negate_if(point: &mut $affine, negative: bool) {
                unsafe { $cneg(&mut point.y, &point.y, negative) };
            }

            fn mult(point: &$affine, scalar: &blst_scalar) -> $jacobian {
                let mut out = <$jacobian>::default();
                unsafe { $mult(&mut out, &Self::lift(point), scalar.b.as_ptr(), 255) };
                out
            }

            fn pippenger(points: &[$affine], scalars: &[blst_scalar], bits: usize) -> $jacobian {
                let n = points.len();
                let mut out = <$jacobian>::default();
                if n > 0 {
                    let mut scratch = vec![0u64; unsafe { $scratch(n) } / 8];
                    // blst takes contiguous scalars at a stride of just the bytes that `bits` need.
                    let packed: Vec<u8> = scalars.iter().flat_map(|s| &s.b[..bits.div_ceil(8)]).copied().collect();
                    let points = [points.as_ptr(), std::ptr::null()];
                    let scalars = [packed.as_ptr(), std::ptr::null()];
                    unsafe {
                        $pippenger(&mut out, points.as_ptr(), n, scalars.as_ptr(), bits, scratch.as_mut_ptr());
                    }
                }
                out
            }
        }
    };
}

fn map_to_g1(u: &[u8]) -> Option<blst_p1> {
    let mut out = blst_p1::default();
    let (u0, u1) = (fp_from_bytes(&u[..48])?, fp_from_bytes(&u[48..])?);
    unsafe { blst_map_to_g1(&mut out, &u0, &u1) };
    Some(out)
}

fn map_to_g2(u: &[u8]) -> Option<blst_p2> {
    let fp2 = |data: &[u8]| Some(blst_fp2 { fp: [fp_from_bytes(&data[..48])?, fp_from_bytes(&data[48..])?] });
    let mut out = blst_p2::default();
    let (u0, u1) = (fp2(&u[..96])?, fp2(&u[96..])?);
    unsafe { blst_map_to_g2(&mut out, &u0, &u1) };
    Some(out)
}

impl_group!(
    G1,
    48,
    blst_p1_affine,
    blst_p1,
    blst_p1_affine_generator,
    blst_p1_uncompress,
    blst_p1_affine_in_g1,
    blst_p1_affine_compress,
    blst_p1_from_affine,
    blst_p1s_to_affine,
    blst_p1_add_or_double,
    blst_p1_add_or_double_affine,
    blst_p1_double,
    blst_fp_cneg,
    blst_p1_mult,
    blst_p1s_mult_pippenger,
    blst_p1s_mult_pippenger_scratch_sizeof,
    map_to_g1,
    Some(glv::sum)
);
impl_group!(
    G2,
    96,
    blst_p2_affine,
    blst_p2,
    blst_p2_affine_generator,
    blst_p2_uncompress,
    blst_p2_affine_in_g2,
    blst_p2_affine_compress,
    blst_p2_from_affine,
    blst_p2s_to_affine,
    blst_p2_add_or_double,
    blst_p2_add_or_double_affine,
    blst_p2_double,
    blst_fp2_cneg,
    blst_p2_mult,
    blst_p2s_mult_pippenger,
    blst_p2s_mult_pippenger_scratch_sizeof,
    map_to_g2,
    None
);
