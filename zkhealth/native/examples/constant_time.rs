//! One secret operation, for a tool that records every memory access.
//!
//! `constant_time OPERATION FILE`: FILE has 32 canonical bytes for each scalar.
//! Only their number may show in the trace.

use _native::kernels::fixed::Table;
use _native::kernels::fr::FrVec;
use _native::kernels::group::{Group, G1};
use _native::kernels::msm;
use std::hint::black_box;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let data = std::fs::read(&args[2]).expect("a file of scalars");
    let secrets = FrVec::decode(&data).expect("canonical scalars");
    let digits = secrets.digits();
    let generator = G1::generator();
    let points: Vec<_> = (0..digits.0.len())
        .scan(G1::lift(&generator), |p, _| {
            G1::add_affine(p, &generator);
            Some(*p)
        })
        .collect();
    let points = G1::to_affine(&points);
    match args[1].as_str() {
        "msm" => drop(black_box(G1::to_affine(&[msm::constant_time::<G1>(&points, &digits)]))),
        "vartime" => drop(black_box(G1::to_affine(&[msm::variable_time::<G1>(&points, &digits)]))),
        "select" => drop(black_box(msm::select_sum::<G1>(&points, &digits).map(|p| G1::to_affine(&[p])))),
        "rows" => drop(black_box(Table::<G1>::new(&points[..1]).rows(&[digits]))),
        "scale" => {
            let scaled: Vec<_> = points.iter().zip(&digits.0).map(|(p, s)| G1::mult(p, s)).collect();
            drop(black_box(G1::to_affine(&scaled)));
        }
        "field" => drop(black_box((secrets.dot(&secrets), secrets.sum(), secrets.inverse(), secrets.encode()))),
        other => panic!("no operation {other}"),
    }
}
