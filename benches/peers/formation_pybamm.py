#!/usr/bin/env python3
"""The formation protocol of benches/formation.rs with PyBaMM and IDAKLU.

In: nothing, or the number of runs. Out: one line of JSON with seconds of processor time per run, model
by model, after a warm-up run that builds the model. The cell is Chen et al. 2020 as PyBaMM ships it,
pristine, with the SEI parameters of the benchmark; mesh and tolerances are PyBaMM's own.

    python3 benches/peers/formation_pybamm.py [RUNS]

makes a virtual environment beside this file (folder `.venv`) on the first run and installs PyBaMM
from the package index into it.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = pathlib.Path(os.environ.get("CELLWRIGHT_PEERS", HERE / ".venv"))

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
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "pybamm"], check=True)
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


def measure(pybamm, options, runs):
    """Seconds of processor time per run and what the run amounts to."""
    model = pybamm.lithium_ion.SPM(options)
    simulation = pybamm.Simulation(
        model,
        parameter_values=parameters(pybamm),
        experiment=pybamm.Experiment(STEPS),
        solver=pybamm.IDAKLUSolver(),
    )
    solution = simulation.solve()
    spent = []
    for _ in range(runs):
        start = time.process_time()
        solution = simulation.solve()
        spent.append(time.process_time() - start)
    spent.sort()
    charged = [c for c in solution.cycles]
    return {
        "median_s": spent[len(spent) // 2],
        "best_s": spent[0],
        "steps": len(charged),
        "hours": float(solution.t[-1]) / 3600.0,
        "end_v": float(solution["Terminal voltage [V]"].entries[-1]),
    }


def main():
    """Runs both models and prints one line."""
    into_environment()
    import pybamm  # only there in the environment

    pybamm.set_logging_level("ERROR")
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    answer = {"program": f"PyBaMM {pybamm.__version__}", "solver": "IDAKLU", "runs": runs}
    answer["spm"] = measure(pybamm, {}, runs)
    answer["spm_ec"] = measure(pybamm, {"SEI": "ec reaction limited"}, runs)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
