//! The kernels against blst's own single operations.

use _native::kernels::fixed::Table;
use _native::kernels::fr::{self, Digits, FrVec};
use _native::kernels::group::{Group, G1, G2};
use _native::kernels::{msm, pairing, recode, sha256};
use blst::*;

/// Deterministic scalars: x, x², x³, … for x = 7^97.
fn scalars(n: usize) -> FrVec {
    let seven = fr::from_u64(7);
    let x = FrVec::powers(&seven, 98).expect("memory").0[97];
    FrVec(FrVec::powers(&x, n + 1).expect("memory").0[1..].to_vec())
}

/// 0, 1, −1, and 2^(5i) − 1, 2^(5i), 2^(5i) + 1 around the edges of windows.
fn edges() -> FrVec {
    let (one, zero) = (fr::one(), blst_fr::default());
    let mut out = vec![zero, one, fr::sub(&zero, &one)];
    for &power in &FrVec::powers(&fr::from_u64(32), 51).expect("memory").0 {
        out.extend([fr::sub(&power, &one), power, fr::add(&power, &one)]);
        out.push(fr::mul(&power, &fr::from_u64(16)));
    }
    FrVec(out)
}

fn points<G: Group>(n: usize) -> Vec<G::Affine> {
    let generator = G::generator();
    G::to_affine(&scalars(n).digits().0.iter().map(|s| G::mult(&generator, s)).collect::<Vec<_>>())
}

fn naive<G: Group>(points: &[G::Affine], scalars: &Digits) -> G::Affine {
    let sum = points.iter().zip(&scalars.0).fold(G::Jacobian::default(), |acc, (p, s)| G::add(&acc, &G::mult(p, s)));
    G::to_affine(&[sum])[0]
}

fn check_msm<G: Group>(points: &[G::Affine], scalars: &FrVec) {
    let digits = scalars.digits();
    let expected = naive::<G>(points, &digits);
    assert!(G::to_affine(&[msm::constant_time::<G>(points, &digits)])[0] == expected);
    assert!(G::to_affine(&[msm::variable_time::<G>(points, &digits)])[0] == expected);
}

#[test]
fn both_multi_scalar_multiplications_agree_with_single_ones() {
    for n in [0, 1, 2, 3, 31, 32, 33, 100, 1025] {
        check_msm::<G1>(&points::<G1>(n), &scalars(n));
    }
    check_msm::<G2>(&points::<G2>(5), &scalars(5));
}

#[test]
fn scalars_at_the_edges_of_windows_agree() {
    let edges = edges();
    check_msm::<G1>(&points::<G1>(edges.0.len()), &edges);
    for edge in &edges.0 {
        check_msm::<G1>(&points::<G1>(1), &FrVec(vec![*edge]));
    }
}

#[test]
fn equal_opposite_and_identical_points_agree() {
    let (p, identity) = (G1::generator(), blst_p1_affine::default());
    let mut minus_p = p;
    G1::negate_if(&mut minus_p, true);
    let one = fr::one();
    check_msm::<G1>(&[p, p, p, p], &FrVec(vec![one; 4]));
    check_msm::<G1>(&[p, minus_p], &FrVec(vec![one; 2]));
    check_msm::<G1>(&[p, identity, minus_p, identity], &scalars(4));
    check_msm::<G1>(&[identity], &scalars(1));
}

#[test]
fn windows_sum_to_the_scalar() {
    for w in [5, 6] {
        let base = fr::from_u64(1 << w);
        for (scalar, digits) in edges().0.iter().zip(&edges().digits().0) {
            let mut sum = blst_fr::default();
            for i in (0..recode::windows(w)).rev() {
                let (magnitude, negative) = recode::digit(&digits.b, i, w);
                assert!(magnitude <= 1 << (w - 1));
                let term = fr::from_u64(u64::from(magnitude));
                sum = fr::mul(&sum, &base);
                sum = if negative { fr::sub(&sum, &term) } else { fr::add(&sum, &term) };
            }
            assert_eq!(sum.l, scalar.l);
        }
    }
}

#[test]
fn fixed_tables_agree_with_multi_scalar_multiplication() {
    let bases = points::<G1>(3);
    let columns = [edges(), edges(), FrVec(vec![fr::from_u64(5); edges().0.len()])];
    let rows = Table::<G1>::new(&bases).rows(&columns.each_ref().map(FrVec::digits));
    for (i, row) in rows.iter().enumerate() {
        let scalars = FrVec(columns.iter().map(|c| c.0[i]).collect());
        assert!(*row == naive::<G1>(&bases, &scalars.digits()));
    }
}

#[test]
fn selected_points_are_summed_and_other_scalars_refused() {
    let points = points::<G1>(4);
    let bits = FrVec([1, 0, 0, 1].map(fr::from_u64).to_vec()).digits();
    let sum = msm::select_sum::<G1>(&points, &bits).expect("bits");
    assert!(G1::to_affine(&[sum])[0] == naive::<G1>(&points, &bits));
    for other in [2, 256, 1 << 40] {
        let scalars = FrVec([1, 0, 0, other].map(fr::from_u64).to_vec()).digits();
        assert!(msm::select_sum::<G1>(&points, &scalars).is_none());
    }
}

#[test]
fn vectors_invert_and_encode() {
    let a = scalars(9);
    let inverse = a.inverse().expect("no zero");
    assert!(a.zip(&inverse, fr::mul).0.iter().all(|x| x.l == fr::one().l));
    assert!(FrVec(vec![fr::one(), blst_fr::default()]).inverse().is_none());
    assert_eq!(FrVec::decode(&a.encode()).expect("canonical").encode(), a.encode());
    assert!(FrVec::decode(&[0xff; 32]).is_none());
}

#[test]
fn pairings_are_bilinear() {
    let (p, q) = (G1::generator(), G2::generator());
    let six = FrVec(vec![fr::from_u64(6)]).digits();
    let mut p6 = G1::to_affine(&[G1::mult(&p, &six.0[0])])[0];
    let q6 = G2::to_affine(&[G2::mult(&q, &six.0[0])])[0];
    assert!(!pairing::product_is_one(&[p6], &[q]));
    G1::negate_if(&mut p6, true);
    assert!(pairing::product_is_one(&[p6, p], &[q, q6]));
    assert!(pairing::product_is_one(&[], &[]));
}

#[test]
fn rows_are_hashed_with_their_prefix() {
    let mut expected = [0u8; 32];
    unsafe { blst_sha256(expected.as_mut_ptr(), b"\x00ab".as_ptr(), 3) };
    assert_eq!(sha256::rows(b"\x00", b"abab", 2), [expected, expected].concat());
}
