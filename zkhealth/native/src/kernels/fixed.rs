//! Tables of a few fixed points, for sums over them in constant time.

use super::fr::Digits;
use super::group::Group;
use super::recode::{digit, select, windows};

const W: usize = 6;
const ENTRIES: usize = 1 << (W - 1);

/// k·2^(W·i)·B for every window i and 1 ≤ k ≤ 2^(W−1), for each base B.
pub struct Table<G: Group> {
    entries: Vec<G::Affine>,
    /// The number of bases.
    pub bases: usize,
}

impl<G: Group> Table<G> {
    /// About a millisecond and 130 kB for each base of G1.
    pub fn new(bases: &[G::Affine]) -> Self {
        let mut entries = Vec::with_capacity(bases.len() * windows(W) * ENTRIES);
        for base in bases {
            let mut shifted = G::lift(base);
            for _ in 0..windows(W) {
                let mut multiple = shifted;
                entries.push(multiple);
                for _ in 1..ENTRIES {
                    multiple = G::add(&multiple, &shifted);
                    entries.push(multiple);
                }
                (0..W).for_each(|_| G::double(&mut shifted));
            }
        }
        Table { entries: G::to_affine(&entries), bases: bases.len() }
    }

    /// Row i is Σ_j columns[j][i]·B_j, in constant time.
    ///
    /// The caller has checked that there is a column for each base, all of one length.
    pub fn rows(&self, columns: &[Digits]) -> Vec<G::Affine> {
        let n = columns.first().map_or(0, |c| c.0.len());
        let mut out = Vec::with_capacity(n);
        for row in 0..n {
            let mut acc = G::Jacobian::default();
            for (column, table) in columns.iter().zip(self.entries.chunks_exact(windows(W) * ENTRIES)) {
                let scalar = &column.0[row].b;
                for (i, window) in table.chunks_exact(ENTRIES).enumerate() {
                    let (magnitude, negative) = digit(scalar, i, W);
                    let mut entry = select(window, magnitude);
                    G::negate_if(&mut entry, negative);
                    G::add_affine(&mut acc, &entry);
                }
            }
            out.push(acc);
        }
        G::to_affine(&out)
    }
}
