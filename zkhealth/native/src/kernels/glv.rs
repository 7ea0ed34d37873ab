//! Sums over few points of G1 in variable time, with the curve's endomorphism.
//!
//! φ(x, y) = (β·x, y) is −z²·(x, y) on G1 for the curve's parameter z, so that for
//! k = a + b·z² with a, b below z² the product k·P is a·P − b·φ(P): half the doublings
//! (Gallant, Lambert, Vanstone 2001).  Straus shares them among all points.

use super::group::{fp_from_bytes, Group, G1};
use blst::*;
use std::sync::OnceLock;

/// z² for z = −0xd201000000010000.
const Z_SQUARED: u128 = 0xac45a4010001a4020000000100000000;
/// A third root of unity modulo p.
const BETA: [u8; 48] =
    *b"\x00\x00\x00\x00\x00\x00\x00\x00\x5f\x19\x67\x2f\xdf\x76\xce\x51\xba\x69\xc6\x07\x6a\x0f\x77\xea\
\xdd\xb3\xa9\x3b\xe6\xf8\x96\x88\xde\x17\xd8\x13\x62\x0a\x00\x02\x2e\x01\xff\xff\xff\xfe\xff\xfe";
/// Width of the windows: digits are odd, below 2^(W−1) in absolute value.
const W: usize = 5;
const ODD: usize = 1 << (W - 2);
/// One digit more than bits, for the last carry.
const DIGITS: usize = 129;

/// Σ scalars[i]·points[i] in variable time; no identity among the points.
pub fn sum(points: &[blst_p1_affine], scalars: &[blst_scalar]) -> blst_p1 {
    let tables = odd_multiples(points);
    let halves: Vec<_> = scalars.iter().map(split).map(|(a, b)| (digits(a), digits(b))).collect();
    let mut acc = blst_p1::default();
    for i in (0..DIGITS).rev() {
        G1::double(&mut acc);
        for (table, (a, b)) in tables.chunks_exact(ODD).zip(&halves) {
            add_multiple(&mut acc, table, a[i]);
            if b[i] != 0 {
                let turned = phi(&table[usize::from(b[i].unsigned_abs() / 2)]);
                add_signed(&mut acc, turned, b[i] > 0);
            }
        }
    }
    acc
}

fn add_multiple(acc: &mut blst_p1, table: &[blst_p1_affine], digit: i8) {
    if digit != 0 {
        add_signed(acc, table[usize::from(digit.unsigned_abs() / 2)], digit < 0);
    }
}

fn add_signed(acc: &mut blst_p1, mut point: blst_p1_affine, negative: bool) {
    G1::negate_if(&mut point, negative);
    G1::add_affine(acc, &point);
}

/// 1·P, 3·P, …, 15·P of each point, one after the other.
fn odd_multiples(points: &[blst_p1_affine]) -> Vec<blst_p1_affine> {
    let mut out = Vec::with_capacity(points.len() * ODD);
    for point in points {
        let mut multiple = G1::lift(point);
        let mut twice = multiple;
        G1::double(&mut twice);
        out.push(multiple);
        for _ in 1..ODD {
            multiple = G1::add(&multiple, &twice);
            out.push(multiple);
        }
    }
    G1::to_affine(&out)
}

fn phi(point: &blst_p1_affine) -> blst_p1_affine {
    static FACTOR: OnceLock<blst_fp> = OnceLock::new();
    let beta = FACTOR.get_or_init(|| fp_from_bytes(&BETA).expect("below p"));
    let mut out = *point;
    unsafe { blst_fp_mul(&mut out.x, &point.x, beta) };
    out
}

/// (a, b) with scalar = a + b·z² and a below z²; b is, too, as the scalar is below r = z⁴ − z² + 1.
fn split(scalar: &blst_scalar) -> (u128, u128) {
    let (mut rest, mut quotient) = (0u128, 0u128);
    for byte in scalar.b.iter().rev() {
        for k in (0..8).rev() {
            let carry = rest >> 127;
            rest = rest << 1 | u128::from(byte >> k & 1);
            quotient <<= 1;
            if carry == 1 || rest >= Z_SQUARED {
                rest = rest.wrapping_sub(Z_SQUARED);
                quotient |= 1;
            }
        }
    }
    (rest, quotient)
}

/// The non-adjacent form of width W: Σ digit_i · 2^i, digits zero or odd.
fn digits(mut k: u128) -> [i8; DIGITS] {
    let mut out = [0i8; DIGITS];
    let mut i = 0;
    while k != 0 {
        if k & 1 == 1 {
            let low = (k & ((1 << W) - 1)) as i8;
            out[i] = if low < 1 << (W - 1) { low } else { low - (1 << W) };
            k = k.wrapping_sub(i128::from(out[i]) as u128); // k is below z² < 2^128 − 16: no carry is lost
        }
        k >>= 1;
        i += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(limbs: [u64; 4]) -> blst_scalar {
        let mut out = blst_scalar::default();
        unsafe { blst_scalar_from_uint64(&mut out, limbs.as_ptr()) };
        out
    }

    #[test]
    fn the_endomorphism_is_a_multiplication() {
        let (low, high) = (Z_SQUARED as u64, (Z_SQUARED >> 64) as u64);
        let product = G1::mult(&G1::generator(), &scalar([low, high, 0, 0]));
        let mut expected = G1::to_affine(&[product])[0];
        G1::negate_if(&mut expected, true);
        assert!(phi(&G1::generator()) == expected);
    }

    #[test]
    fn halves_and_digits_add_up() {
        let r_minus_1 = [0xffffffff00000000, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48];
        for limbs in [[0; 4], [1, 0, 0, 0], [u64::MAX, 0, 0, 0], [0, 0, 1, 0], r_minus_1] {
            let (a, b) = split(&scalar(limbs));
            assert!(a < Z_SQUARED && b < Z_SQUARED);
            for half in [a, b, Z_SQUARED - 1] {
                let back = digits(half)
                    .iter()
                    .rev()
                    .fold(0u128, |acc, &d| acc.wrapping_mul(2).wrapping_add(i128::from(d) as u128));
                assert_eq!(back, half);
            }
        }
        assert_eq!(split(&scalar(r_minus_1)), (0, Z_SQUARED - 1));
    }
}
