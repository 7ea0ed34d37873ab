"""Which backend runs: decided when the package is imported, loaded at first use, said aloud when slow."""

import importlib.util
import os
import subprocess
import sys
import textwrap

import pytest

HAS_NATIVE = importlib.util.find_spec("zkhealth._native") is not None
NO_NATIVE = """
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "zkhealth._native" else real(name, *rest)
"""
HEAVY = ["numpy", "galois", "py_ecc", "rich", "click", "cryptography", "numba"]


def run(code, forced=None, without_native=False):
    """A new interpreter that runs `code`, with ZKHEALTH_BACKEND as `forced`."""
    environment = {name: value for name, value in os.environ.items() if name != "ZKHEALTH_BACKEND"}
    if forced is not None:
        environment["ZKHEALTH_BACKEND"] = forced
    code = (NO_NATIVE if without_native else "") + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)


NAME = "from zkhealth.backend import backend_name; print(backend_name())"


@pytest.mark.skipif(not HAS_NATIVE, reason="this installation has no compiled module")
@pytest.mark.parametrize("forced", [None, "", "native"])
def test_the_compiled_backend_runs_where_there_is_one(forced):
    done = run(NAME, forced)
    assert (done.stdout, done.stderr) == ("native\n", "")


def test_the_reference_backend_can_be_forced():
    assert run(NAME, "reference").stdout == "reference\n"


@pytest.mark.parametrize("forced", ["Native", "reference ", "0"])
def test_an_unknown_backend_is_refused_at_import_by_name(forced):
    done = run("import zkhealth.backend", forced)
    assert done.returncode == 1
    assert f"ImportError: ZKHEALTH_BACKEND must be 'native' or 'reference', not {forced!r}" in done.stderr


def test_the_compiled_backend_cannot_be_forced_where_there_is_none():
    done = run("import zkhealth.backend", "native", without_native=True)
    assert done.returncode == 1
    assert "ImportError: ZKHEALTH_BACKEND=native, but this installation has no compiled module" in done.stderr


@pytest.mark.parametrize("forced", [None, ""])
def test_the_reference_backend_runs_where_there_is_no_compiled_module(forced):
    done = run(NAME, forced, without_native=True)
    assert (done.stdout, done.stderr) == ("reference\n", "")


def test_falling_back_warns_once_at_first_use_and_not_at_import():
    done = run(
        """
        import warnings
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            import zkhealth.curve, zkhealth.commitments
            print(len(caught))
            from zkhealth.field import Fr
            for _ in range(3):
                assert (Fr([1, 2]) + Fr(3)).ints() == [4, 5]
            zkhealth.curve.G1.generator() + zkhealth.curve.G1.generator()
            ours = [w for w in caught if "zkhealth" in str(w.message)]
            print(len(ours), ours[0].category.__name__, "not constant-time" in str(ours[0].message))
        """,
        without_native=True,
    )
    assert done.stdout.split("\n")[:2] == ["0", "1 RuntimeWarning True"], done.stderr


def test_a_reference_backend_that_was_asked_for_does_not_warn():
    code = """
    import warnings
    warnings.simplefilter("error", RuntimeWarning)
    from zkhealth.field import Fr
    print(int(Fr(3)))
    """
    done = run(code, "reference", without_native=True)
    assert (done.stdout, done.stderr) == ("3\n", "")


def test_the_choice_is_made_at_import_and_not_changed_by_the_environment_later():
    code = """
    import os
    from zkhealth import backend
    os.environ["ZKHEALTH_BACKEND"] = "native"
    print(backend.backend_name(), backend.load().name, backend.load() is backend.load())
    """
    assert run(code, "reference").stdout == "reference reference True\n"


@pytest.mark.parametrize(
    "forced", ["reference", pytest.param("native", marks=pytest.mark.skipif(not HAS_NATIVE, reason=""))]
)
def test_the_name_is_that_of_the_backend_loaded(forced):
    done = run("from zkhealth import backend; print(backend.backend_name(), backend.load().name)", forced)
    assert done.stdout == f"{forced} {forced}\n"


@pytest.mark.parametrize("forced", [None, "reference"])
def test_importing_loads_neither_backend_nor_heavy_packages(forced):
    lazy = [*HEAVY, "zkhealth.backend.reference", "zkhealth.backend.native"]
    done = run(f"import sys, zkhealth; print([name for name in {lazy!r} if name in sys.modules])", forced)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.skipif(not HAS_NATIVE, reason="this installation has no compiled module")
def test_the_compiled_backend_never_loads_the_reference():
    code = f"""
    import sys
    from zkhealth.commitments import Pedersen
    C, s = Pedersen().commit(5)
    Pedersen().open(C, 5, s)
    print([name for name in {[*HEAVY, "zkhealth.backend.reference"]!r} if name in sys.modules])
    """
    assert run(code, "native").stdout == "[]\n"
