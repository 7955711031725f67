#!/usr/bin/env python3
"""The formation protocol of benches/formation.rs with PyBaMM and IDAKLU, and with diffsol.

In: nothing, or the number of runs. Out: one line of JSON with seconds of processor time per run, model
by model, after a warm-up run that builds the model. The cell is Chen et al. 2020 as PyBaMM ships it,
pristine, with the SEI parameters of the benchmark; mesh and tolerances are PyBaMM's own. diffsol
solves the very equations that PyBaMM exports (DiffSL, events and resets compiled in); of the
tolerances and matrices tried, the quickest that comes to the end is shown beside the count of those
that do not.

    python3 benches/peers/formation.py [RUNS]

makes a virtual environment beside this file (folder `.venv`) on the first run and installs PyBaMM and
pydiffsol from the package index into it.
"""

import json
import math
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = pathlib.Path(os.environ.get("CELLWRIGHT_PEERS", HERE / ".venv"))

PACKAGES = ["pybamm", "pydiffsol"]

# What diffsol is tried with: relative tolerances, absolute ones a hundredth of them; the first is
# PyBaMM's own.
TOLERANCES = (1e-4, 1e-5, 1e-6)
# An end voltage further from PyBaMM's than this is another answer, V.
SAME_END_V = 1e-3
AMBIENT_K = 298.15

STEPS = [
    "Rest for 1 hour",
    "Charge at C/20 until 4.2 V",
    "Hold at 4.2 V until C/50",
    "Rest for 1 hour",
    "Discharge at C/20 until 2.5 V",
    "Rest for 1 hour",
    "Charge at C/10 until 4.2 V",
    "Hold at 4.2 V until C/50",
    "Rest for 1 hour",
    "Discharge at C/10 until 2.5 V",
    "Rest for 1 hour",
]


def into_environment():
    """Starts this script again in its own environment, made where it is missing."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    if pathlib.Path(sys.prefix).resolve() != ENVIRONMENT.resolve():
        os.execv(str(python), [str(python), __file__, *sys.argv[1:]])


def parameters(pybamm):
    """Chen 2020 as the benchmark has it before formation."""
    values = pybamm.ParameterValues("Chen2020")
    values.update(
        {
            "Initial concentration in negative electrode [mol.m-3]": 0.005 * 33133.0,
            "Initial concentration in positive electrode [mol.m-3]": 0.93 * 63104.0,
            # A pristine cell lies below the lower cut-off: no event may stop it at the start.
            "Lower voltage cut-off [V]": 0.0,
            "Upper voltage cut-off [V]": 5.0,
            "SEI kinetic rate constant [m.s-1]": 1e-12,
            "EC diffusivity [m2.s-1]": 4e-19,
        },
        check_already_exists=False,
    )
    for name in ("Initial SEI thickness [m]", "Initial inner SEI thickness [m]"):
        if name in values.keys():
            values.update({name: 1e-9})
    return values


def processor_s(run, runs):
    """Median and least seconds of processor time of some runs."""
    spent = []
    for _ in range(runs):
        start = time.process_time()
        run()
        spent.append(time.process_time() - start)
    spent.sort()
    return {"median_s": spent[len(spent) // 2], "best_s": spent[0]}


def simulation_of(pybamm, options, **more):
    """The protocol over one model."""
    return pybamm.Simulation(
        pybamm.lithium_ion.SPM(options),
        parameter_values=parameters(pybamm),
        experiment=pybamm.Experiment(STEPS),
        solver=pybamm.IDAKLUSolver(),
        **more,
    )


def measure(pybamm, options, runs):
    """Seconds of processor time per run and what the run amounts to."""
    simulation = simulation_of(pybamm, options)
    solution = simulation.solve()
    answer = processor_s(simulation.solve, runs)
    answer["steps"] = len(solution.cycles)
    answer["hours"] = float(solution.t[-1]) / 3600.0
    answer["end_v"] = float(solution["Terminal voltage [V]"].entries[-1])
    return answer


def measure_diffsol(pybamm, pydiffsol, options, peer, runs):
    """The same equations and the same end of time with diffsol's BDF: the quickest that finishes."""
    simulation = simulation_of(pybamm, options, experiment_model_mode="unified")
    code = pybamm.DiffSLExport(simulation).to_diffeq(outputs=["Terminal voltage [V]"])
    finished, failed = [], []
    for matrix in ("nalgebra_dense", "faer_dense", "faer_sparse"):
        for tolerance in TOLERANCES:
            tried = {"matrix": matrix, "rtol": tolerance}
            try:
                tried.update(one_diffsol(pydiffsol, code, tried, peer, runs))
                finished.append(tried)
            except RuntimeError as error:
                tried["why"] = str(error)
                failed.append(tried)
    best = min(finished, key=lambda tried: tried["median_s"], default=None)
    return {"best": best, "finished": len(finished), "failed": failed}


def one_diffsol(pydiffsol, code, tried, peer, runs):
    """One tolerance and one matrix; a run that ends elsewhere than PyBaMM's is a failure."""
    import numpy  # only there in the environment

    ode = pydiffsol.Ode(code, matrix_type=getattr(pydiffsol, tried["matrix"]))
    ode.rtol, ode.atol = tried["rtol"], tried["rtol"] * 1e-2
    ode.options.min_timestep = 1e-14
    # The one input of the export is the ambient temperature.
    inputs = numpy.full(ode.nparams, AMBIENT_K)

    def run():
        return ode.solve(inputs, peer["hours"] * 3600.0)

    volts = run().ys[0]
    if not all(map(math.isfinite, volts)):
        raise RuntimeError("no finite voltage after a switch, and no error raised")
    error_v = float(volts[-1]) - peer["end_v"]
    if abs(error_v) > SAME_END_V:
        raise RuntimeError(f"ends {error_v:.4f} V from PyBaMM")
    return processor_s(run, runs) | {"end_error_v": error_v}


def main():
    """Runs both models and prints one line."""
    into_environment()
    import pybamm  # only there in the environment
    import pydiffsol

    pybamm.set_logging_level("ERROR")
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    answer = {"program": f"PyBaMM {pybamm.__version__}", "solver": "IDAKLU", "runs": runs}
    answer["diffsol"] = pydiffsol.diffsol_version()
    models = {
        "spm": {},
        "spm_ec": {"SEI": "ec reaction limited"},
        "spm_reaction": {"SEI": "reaction limited"},
    }
    for name, options in models.items():
        peer = measure(pybamm, options, runs)
        answer[name] = peer
        answer[f"{name}_diffsol"] = measure_diffsol(pybamm, pydiffsol, options, peer, runs)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
