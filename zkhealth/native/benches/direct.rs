//! blst called directly: the yardstick for the whole Python call.
//!
//! Standard input begins with the inputs, so that both sides work on the same: a line with
//! the number of points and of scalars, the points in 48 compressed bytes, the scalars in 32
//! big-endian bytes.  Then each line `<what> <n> <loops>` is answered with the nanoseconds
//! of one direct call over the first n of them, and the result, so that the caller can
//! interleave and compare.

use blst::*;
use std::hint::black_box;
use std::io::{BufRead, Read, Write};
use std::ptr::null;

const DST: &[u8] = b"ZKHEALTH-BENCHMARK";

struct Inputs {
    compressed: Vec<[u8; 48]>,
    points: Vec<blst_p1_affine>,
    scalars: Vec<blst_scalar>,
    elements: Vec<blst_fr>,
}

fn main() {
    let mut stdin = std::io::stdin().lock();
    let inputs = read_inputs(&mut stdin);
    for line in stdin.lines().map_while(Result::ok) {
        let mut words = line.split_whitespace();
        let what = words.next().expect("what to do");
        let [n, loops] = [(); 2].map(|()| words.next().and_then(|w| w.parse().ok()).expect("n and loops"));
        let (nanoseconds, bytes) = answer(&inputs, what, n, loops);
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        println!("{nanoseconds} {hex}");
        std::io::stdout().flush().expect("the reader is there");
    }
}

fn answer(inputs: &Inputs, what: &str, n: usize, loops: usize) -> (u64, Vec<u8>) {
    let (points, scalars, elements) = (&inputs.points, &inputs.scalars, &inputs.elements);
    match what {
        "msm" => timed(loops, || msm(&points[..n], &scalars[..n]), compress),
        "mults" => timed(loops, || mults(&points[..n], &scalars[..n]), compress),
        "decode" => timed(loops, || decode(&inputs.compressed[0]), compress),
        "hash" => timed(loops, || hash(&inputs.compressed[0]), compress),
        "pairing" => {
            let twist: Vec<_> = scalars[..n].iter().map(on_twist).collect();
            timed(loops, || pairing(&points[..n], &twist), |ok| vec![u8::from(*ok)])
        }
        "product" => timed(loops, || product(&elements[..n]), |out| out.iter().flat_map(encode).collect()),
        _ => panic!("no such measurement: {what}"),
    }
}

/// Σ s[i]·P[i] by buckets, in variable time.
fn msm(points: &[blst_p1_affine], scalars: &[blst_scalar]) -> blst_p1 {
    let mut out = blst_p1::default();
    let (p, s) = ([points.as_ptr(), null()], [scalars.as_ptr().cast(), null()]);
    unsafe {
        let mut scratch = vec![0u64; blst_p1s_mult_pippenger_scratch_sizeof(points.len()) / 8];
        blst_p1s_mult_pippenger(&mut out, p.as_ptr(), points.len(), s.as_ptr(), 255, scratch.as_mut_ptr());
    }
    out
}

/// The same sum in constant time: one multiplication after the other.
fn mults(points: &[blst_p1_affine], scalars: &[blst_scalar]) -> blst_p1 {
    let mut sum = blst_p1::default();
    for (point, scalar) in points.iter().zip(scalars) {
        let (mut lifted, mut product) = (blst_p1::default(), blst_p1::default());
        unsafe {
            blst_p1_from_affine(&mut lifted, point);
            blst_p1_mult(&mut product, &lifted, scalar.b.as_ptr(), 255);
            blst_p1_add_or_double(&mut sum, &sum, &product);
        }
    }
    sum
}

/// Decompression and the check that the point is in the subgroup.
fn decode(data: &[u8; 48]) -> blst_p1 {
    let (mut point, mut out) = (blst_p1_affine::default(), blst_p1::default());
    unsafe {
        assert_eq!(blst_p1_uncompress(&mut point, data.as_ptr()), BLST_ERROR::BLST_SUCCESS);
        assert!(blst_p1_affine_in_g1(&point));
        blst_p1_from_affine(&mut out, &point);
    }
    out
}

fn hash(message: &[u8]) -> blst_p1 {
    let mut out = blst_p1::default();
    unsafe { blst_hash_to_g1(&mut out, message.as_ptr(), message.len(), DST.as_ptr(), DST.len(), null(), 0) };
    out
}

/// Whether Π e(P[i], Q[i]) = 1, with one Miller loop for all.
fn pairing(points: &[blst_p1_affine], twist: &[blst_p2_affine]) -> bool {
    let (mut line, mut out) = (blst_fp12::default(), blst_fp12::default());
    let (p, q) = ([points.as_ptr(), null()], [twist.as_ptr(), null()]);
    unsafe {
        blst_miller_loop_n(&mut line, q.as_ptr(), p.as_ptr(), points.len());
        blst_final_exp(&mut out, &line);
        blst_fp12_is_one(&out)
    }
}

/// a[i]·a[n−1−i] for each i.
fn product(elements: &[blst_fr]) -> Vec<blst_fr> {
    let one = |(x, y): (&blst_fr, &blst_fr)| {
        let mut out = blst_fr::default();
        unsafe { blst_fr_mul(&mut out, x, y) };
        out
    };
    elements.iter().zip(elements.iter().rev()).map(one).collect()
}

/// Nanoseconds of processor time for one call, as a mean of `loops`, and the result.
fn timed<T>(loops: usize, run: impl Fn() -> T, encode: impl Fn(&T) -> Vec<u8>) -> (u64, Vec<u8>) {
    let start = clock();
    for _ in 1..loops {
        black_box(run());
    }
    let out = black_box(run());
    let elapsed = clock() - start;
    (elapsed / loops as u64, encode(&out))
}

/// Processor time of this process, the same clock as Python's `time.process_time_ns`.
fn clock() -> u64 {
    #[repr(C)]
    #[derive(Default)]
    struct Timespec {
        seconds: i64,
        nanoseconds: i64,
    }
    unsafe extern "C" {
        fn clock_gettime(id: i32, out: *mut Timespec) -> i32;
    }
    const PROCESS_CPUTIME: i32 = if cfg!(target_os = "macos") { 12 } else { 2 };
    let mut now = Timespec::default();
    assert_eq!(unsafe { clock_gettime(PROCESS_CPUTIME, &mut now) }, 0, "no clock of processor time");
    now.seconds as u64 * 1_000_000_000 + now.nanoseconds as u64
}

fn read_inputs(stdin: &mut impl BufRead) -> Inputs {
    let mut line = String::new();
    stdin.read_line(&mut line).expect("the number of points and of scalars");
    let counts: Vec<usize> = line.split_whitespace().map(|w| w.parse().expect("a number")).collect();
    let compressed: Vec<[u8; 48]> = (0..counts[0]).map(|_| read(stdin)).collect();
    let points = compressed.iter().map(decompressed).collect();
    let scalars: Vec<blst_scalar> = (0..counts[1]).map(|_| scalar(&read(stdin))).collect();
    let elements = scalars.iter().map(element).collect();
    Inputs { compressed, points, scalars, elements }
}

fn read<const N: usize>(stdin: &mut impl Read) -> [u8; N] {
    let mut out = [0; N];
    stdin.read_exact(&mut out).expect("all points and scalars");
    out
}

fn decompressed(data: &[u8; 48]) -> blst_p1_affine {
    let mut out = blst_p1_affine::default();
    assert_eq!(unsafe { blst_p1_uncompress(&mut out, data.as_ptr()) }, BLST_ERROR::BLST_SUCCESS);
    out
}

fn scalar(data: &[u8; 32]) -> blst_scalar {
    let mut out = blst_scalar::default();
    unsafe { blst_scalar_from_bendian(&mut out, data.as_ptr()) };
    out
}

fn element(scalar: &blst_scalar) -> blst_fr {
    let mut out = blst_fr::default();
    unsafe { blst_fr_from_scalar(&mut out, scalar) };
    out
}

/// s·G2, where G2 is the generator.
fn on_twist(scalar: &blst_scalar) -> blst_p2_affine {
    let (mut product, mut out) = (blst_p2::default(), blst_p2_affine::default());
    unsafe {
        blst_p2_mult(&mut product, blst_p2_generator(), scalar.b.as_ptr(), 255);
        blst_p2_to_affine(&mut out, &product);
    }
    out
}

fn encode(element: &blst_fr) -> Vec<u8> {
    let (mut s, mut out) = (blst_scalar::default(), vec![0; 32]);
    unsafe {
        blst_scalar_from_fr(&mut s, element);
        blst_bendian_from_scalar(out.as_mut_ptr(), &s);
    }
    out
}

fn compress(point: &blst_p1) -> Vec<u8> {
    let mut out = vec![0; 48];
    unsafe { blst_p1_compress(out.as_mut_ptr(), point) };
    out
}
