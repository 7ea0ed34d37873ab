//! Multi-scalar multiplication: Straus in constant time, buckets in variable time.

use super::fr::Digits;
use super::group::Group;
use super::recode::{digit, select, windows};
use blst::blst_scalar;

const W: usize = 5;
const ENTRIES: usize = 1 << (W - 1);
/// Points that share one run of doublings; bounds the memory for tables.
const BLOCK: usize = 1024;
/// From so many points on, buckets are faster.
const SHORT: usize = 32;

/// Σ scalars[i]·points[i] in constant time: only the number of points shows.
///
/// Straus with signed windows: each point has a table of 1…16 times itself,
/// every entry is read at every lookup, and the doublings are shared.
pub fn constant_time<G: Group>(points: &[G::Affine], scalars: &Digits) -> G::Jacobian {
    let mut total = G::Jacobian::default();
    for (block, digits) in points.chunks(BLOCK).zip(scalars.0.chunks(BLOCK)) {
        let tables = multiples::<G>(block);
        let mut acc = G::Jacobian::default();
        for i in (0..windows(W)).rev() {
            if i + 1 < windows(W) {
                (0..W).for_each(|_| G::double(&mut acc));
            }
            for (table, scalar) in tables.chunks_exact(ENTRIES).zip(digits) {
                let (magnitude, negative) = digit(&scalar.b, i, W);
                let mut entry = select(table, magnitude);
                G::negate_if(&mut entry, negative);
                G::add_affine(&mut acc, &entry);
            }
        }
        total = G::add(&total, &acc);
    }
    total
}

/// Σ of the points whose scalar is 1, in constant time; `None` if a scalar is neither 0 nor 1.
pub fn select_sum<G: Group>(points: &[G::Affine], scalars: &Digits) -> Option<G::Jacobian> {
    let beyond_bits = scalars.0.iter().fold(0, |acc, s| s.b[1..].iter().fold(acc | s.b[0] >> 1, |a, b| a | b));
    if beyond_bits != 0 {
        return None;
    }
    let mut acc = G::Jacobian::default();
    for (point, scalar) in points.iter().zip(&scalars.0) {
        G::add_affine(&mut acc, &select(std::slice::from_ref(point), u32::from(scalar.b[0])));
    }
    Some(acc)
}

/// 1·P … 16·P of each point, one after the other.
fn multiples<G: Group>(points: &[G::Affine]) -> Vec<G::Affine> {
    let mut out = Vec::with_capacity(points.len() * ENTRIES);
    for point in points {
        let first = out.len();
        out.push(G::lift(point));
        for k in 2..=ENTRIES {
            let mut multiple = out[first + k / 2 - 1];
            if k % 2 == 0 {
                G::double(&mut multiple);
            } else {
                multiple = out[first + k - 2];
                G::add_affine(&mut multiple, point);
            }
            out.push(multiple);
        }
    }
    G::to_affine(&out)
}

/// The same sum in variable time, for public scalars.
pub fn variable_time<G: Group>(points: &[G::Affine], scalars: &Digits) -> G::Jacobian {
    let kept: Vec<usize> =
        (0..points.len()).filter(|&i| !G::is_identity(&points[i]) && scalars.0[i].b != [0; 32]).collect();
    if kept.len() == points.len() {
        return without_zeros::<G>(points, scalars);
    }
    let points: Vec<_> = kept.iter().map(|&i| points[i]).collect();
    without_zeros::<G>(&points, &Digits(kept.iter().map(|&i| scalars.0[i].clone()).collect()))
}

/// scalar · point in variable time.
pub fn scale<G: Group>(point: &G::Affine, scalar: &blst_scalar) -> G::Jacobian {
    match G::SHORT_SUM {
        Some(sum) if !G::is_identity(point) => sum(&[*point], std::slice::from_ref(scalar)),
        _ => G::mult(point, scalar),
    }
}

fn without_zeros<G: Group>(points: &[G::Affine], scalars: &Digits) -> G::Jacobian {
    match (G::SHORT_SUM, points.len()) {
        (_, 0) => G::Jacobian::default(),
        (Some(sum), n) if n <= SHORT => sum(points, &scalars.0),
        (None, 1) => G::mult(&points[0], &scalars.0[0]),
        _ => G::pippenger(points, &scalars.0, bit_length(scalars)),
    }
}

fn bit_length(scalars: &Digits) -> usize {
    let mut any = [0u8; 32];
    for s in &scalars.0 {
        any.iter_mut().zip(&s.b).for_each(|(a, b)| *a |= b);
    }
    let top = any.iter().rposition(|&b| b != 0).unwrap_or(0);
    8 * top + (8 - any[top].leading_zeros() as usize).max(1)
}
