"""Sigma protocols: proofs of knowledge of secrets in linear relations, and their composition."""

from zkhealth.sigma.batch import verify_batch
from zkhealth.sigma.expression import Element, Secret
from zkhealth.sigma.linear import LinearRelation
from zkhealth.sigma.pedersen import Difference, Equality, Inequality, LinearSum, Opening, Product
from zkhealth.sigma.proof import prove, prove_batchable, verify, verify_batchable
from zkhealth.sigma.statement import And, Or, Relation, Statement

__all__ = [
    "And",
    "Difference",
    "Element",
    "Equality",
    "Inequality",
    "LinearRelation",
    "LinearSum",
    "Opening",
    "Or",
    "Product",
    "Relation",
    "Secret",
    "Statement",
    "prove",
    "prove_batchable",
    "verify",
    "verify_batch",
    "verify_batchable",
]
