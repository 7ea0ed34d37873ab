//! blst called directly: the yardstick for the whole Python call.
//!
//! Reads sizes, one on a line, and answers each with the nanoseconds of one
//! multi-scalar multiplication of that size, so that a caller can interleave.

use blst::*;
use std::io::{BufRead, Write};
use std::time::Instant;

fn scalar(seed: usize) -> blst_scalar {
    let mut out = blst_scalar::default();
    unsafe { blst_keygen(&mut out, [7u8; 32].as_ptr(), 32, seed.to_le_bytes().as_ptr(), 8) };
    out
}

fn point(seed: usize) -> blst_p1_affine {
    let (mut p, mut out) = (blst_p1::default(), blst_p1_affine::default());
    unsafe {
        blst_p1_mult(&mut p, blst_p1_generator(), scalar(seed).b.as_ptr(), 64);
        blst_p1_to_affine(&mut out, &p);
    }
    out
}

fn main() {
    let (mut points, mut scalars) = (Vec::new(), Vec::new());
    for line in std::io::stdin().lock().lines() {
        let Some(n) = line.ok().and_then(|l| l.trim().parse::<usize>().ok()) else { break };
        while points.len() < n {
            points.push(point(points.len()));
            scalars.push(scalar(scalars.len() + 1_000_000));
        }
        let start = Instant::now();
        let mut out = blst_p1::default();
        unsafe {
            let mut scratch = vec![0u64; blst_p1s_mult_pippenger_scratch_sizeof(n) / 8];
            let (p, s) = ([points.as_ptr(), std::ptr::null()], [scalars.as_ptr().cast(), std::ptr::null()]);
            blst_p1s_mult_pippenger(&mut out, p.as_ptr(), n, s.as_ptr(), 255, scratch.as_mut_ptr());
        }
        println!("{}", start.elapsed().as_nanos());
        std::io::stdout().flush().expect("the reader is there");
    }
}
