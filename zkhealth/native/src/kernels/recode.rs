//! Signed windows of a scalar and constant-time selection from a table.

use std::hint::black_box;

/// Number of signed windows of `w` bits that cover a scalar below r < 2^255.
pub const fn windows(w: usize) -> usize {
    256usize.div_ceil(w)
}

/// Booth's digit `i` of width `w`: (magnitude 0..=2^(w−1), negative).
///
/// Σ digit_i · 2^(w·i) is the scalar; it reads bits w·i − 1 … w·i + w − 1.
#[inline(always)]
pub fn digit(scalar: &[u8; 32], i: usize, w: usize) -> (u32, bool) {
    let mut bits = 0u32;
    let low = w * i;
    for k in 0..=w {
        let position = low + k;
        if position == 0 || position > 256 {
            continue; // below or above the scalar: a zero bit; the position is public
        }
        let bit = (scalar[(position - 1) / 8] >> ((position - 1) % 8)) & 1;
        bits |= u32::from(bit) << k;
    }
    let negative = bits >> w;
    let mask = negative.wrapping_neg();
    let folded = (((1u32 << (w + 1)) - 1 - bits) & mask) | (bits & !mask);
    ((folded >> 1) + (folded & 1), negative == 1)
}

/// `table[magnitude − 1]`, or all zeros for magnitude 0, reading every entry.
///
/// `T` is plain old data made of `u64` limbs.
#[inline(always)]
pub fn select<T: Limbs>(table: &[T], magnitude: u32) -> T {
    let mut out = T::zero();
    for (k, entry) in table.iter().enumerate() {
        let differs = (k as u32 + 1) ^ magnitude;
        let mask = u64::from(black_box(differs.wrapping_sub(1) & !differs) >> 31).wrapping_neg();
        out.or_masked(entry, mask);
    }
    out
}

/// A value that is an array of limbs, for branch-free selection.
pub trait Limbs: Copy {
    /// All limbs zero.
    fn zero() -> Self;
    /// self |= other & mask, limb by limb.
    fn or_masked(&mut self, other: &Self, mask: u64);
}
