#!/usr/bin/env python3
"""A second checker of certificates, written apart from the first one: standard library only.

In: files with one certificate per line, or any answer in JSON: a record, findings, windows, a
certificate file (every certificate inside it is checked); `-` is standard input. Out: `FILE:PLACE: accepted` or `FILE:PLACE: refused: REASON` per certificate;
the exit status is 0 when all were accepted, 1 when one was refused, 2 when a file cannot be read.

Two kinds of certificate exist. One proves a statement over a box (`proof`), the other proves that
named facts contradict each other (`refutation`). All arithmetic is exact (`fractions`); `exp`,
`ln` and `sqrt` are enclosed by series on a binary grid, rounded outwards. What is *not* checked
here is whether the claim is the right one: compare it with the rule and the recipe.
"""

import json
import re
import sys
from fractions import Fraction
from math import isqrt

sys.setrecursionlimit(20_000)

TERMS_MAX = 2048
CORNER_VARIABLES_MAX = 12
PROOF_DEPTH_MAX = 200
STEP_DEPTH_MAX = 400
EXP_ARGUMENT_MAX = 4096
GRID = 192
PI = (Fraction("3.1415926535897932384626433832795028841"),
      Fraction("3.1415926535897932384626433832795028842"))
DECIMAL = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?\Z")
BELOW, ABOVE = "below", "above"


class Refused(Exception):
    """Why a certificate is refused."""


def need(condition, reason):
    if not condition:
        raise Refused(reason)


# --- Reading ---------------------------------------------------------------------------------

def decimal(text):
    need(isinstance(text, str) and DECIMAL.match(text), f"`{text}` is no number")
    return Fraction(text)


def number(text):
    need(isinstance(text, str), "a number is not written as text")
    if "/" not in text:
        return decimal(text)
    top, bottom = text.split("/", 1)
    divisor = decimal(bottom)
    need(divisor != 0, "a denominator is zero")
    return decimal(top) / divisor


def record(value, *keys):
    need(isinstance(value, dict) and set(value) == set(keys), f"expected the keys {keys}")
    return [value[key] for key in keys]


def tagged(value):
    if isinstance(value, str):
        return value, None
    need(isinstance(value, dict) and len(value) == 1, "expected one tagged value")
    return next(iter(value.items()))


def natural(value):
    need(isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32,
         "expected a whole number")
    return value


def listed(value):
    need(isinstance(value, list), "expected a list")
    return value


def truth(value):
    need(isinstance(value, bool), "expected true or false")
    return value


def polynomial(value):
    terms = {}
    for summand in listed(value):
        coefficient, powers = record(summand, "coefficient", "powers")
        pairs = []
        for pair in listed(powers):
            need(isinstance(pair, list) and len(pair) == 2, "expected a variable and its power")
            pairs.append((natural(pair[0]), natural(pair[1])))
        ascending = all(a[0] < b[0] for a, b in zip(pairs, pairs[1:]))
        need(ascending and all(power > 0 for _, power in pairs), "a monomial is not normal")
        key, factor = tuple(pairs), number(coefficient)
        need(factor != 0 and key not in terms, "a coefficient is zero or a monomial stands twice")
        terms[key] = factor
    return terms


def atom(value):
    terms, strict = record(value, "polynomial", "strict")
    return polynomial(terms), truth(strict)


# --- Polynomials -----------------------------------------------------------------------------

def added(target, other, factor=1):
    for key, value in other.items():
        total = target.get(key, 0) + value * factor
        if total:
            target[key] = total
        else:
            target.pop(key, None)


def multiplied(a, b):
    need(len(a) * len(b) <= TERMS_MAX, "a product has too many terms")
    product = {}
    for left, x in a.items():
        for right, y in b.items():
            powers = dict(left)
            for variable, power in right:
                powers[variable] = powers.get(variable, 0) + power
            added(product, {tuple(sorted(powers.items())): x * y})
    return product


def negative(terms):
    return {key: -value for key, value in terms.items()}


def variables_of(terms):
    return {variable for powers in terms for variable, _ in powers}


def degree(terms, variable):
    return max((dict(powers).get(variable, 0) for powers in terms), default=0)


def derivative(terms, variable):
    slope = {}
    for powers, value in terms.items():
        inside = dict(powers)
        power = inside.pop(variable, 0)
        if power > 1:
            inside[variable] = power - 1
        if power:
            added(slope, {tuple(sorted(inside.items())): value * power})
    return slope


def substituted(terms, variable, at):
    made = {}
    for powers, value in terms.items():
        inside = dict(powers)
        power = inside.pop(variable, 0)
        added(made, {tuple(sorted(inside.items())): value * at**power})
    return made


def contradiction(rows):
    """Rows times multipliers add up to a negative number, or to zero with a strict row."""
    total, strict = {}, False
    for terms, is_strict, multiplier in rows:
        need(multiplier >= 0, "a multiplier is negative")
        strict = strict or (is_strict and multiplier > 0)
        added(total, terms, multiplier)
    need(all(key == () for key in total), "the multiplied rows leave a variable")
    value = total.get((), Fraction(0))
    need(value < 0 or (strict and value == 0), "the rows do not add up to a contradiction")


# --- Intervals with ends that may be missing ---------------------------------------------------

def sign(end):
    if end is BELOW:
        return -1
    if end is ABOVE:
        return 1
    return (end > 0) - (end < 0)


def rank(end):
    return (-1, 0) if end is BELOW else (1, 0) if end is ABOVE else (0, end)


def is_open(end):
    return end is BELOW or end is ABOVE


def end_plus(a, b):
    return a if is_open(a) else b if is_open(b) else a + b


def end_times(a, b):
    if not is_open(a) and not is_open(b):
        return a * b
    both = sign(a) * sign(b)
    return Fraction(0) if both == 0 else BELOW if both < 0 else ABOVE


def times(a, b):
    ends = sorted((end_times(x, y) for x in a for y in b), key=rank)
    return ends[0], ends[3]


def power_range(interval, power):
    ends = []
    for end in interval:
        value = end
        for _ in range(power - 1):
            value = end_times(value, end)
        ends.append(value)
    if power % 2:
        return tuple(ends)
    straddles = sign(interval[0]) < 0 < sign(interval[1])
    return (Fraction(0) if straddles else min(ends, key=rank)), max(ends, key=rank)


def range_of(terms, intervals):
    low = high = Fraction(0)
    for powers, value in terms.items():
        term = (value, value)
        for variable, power in powers:
            term = times(term, power_range(intervals[variable], power))
        low, high = end_plus(low, term[0]), end_plus(high, term[1])
    return low, high


def quotient(top, bottom):
    if sign(bottom[0]) * sign(bottom[1]) <= 0:
        return BELOW, ABOVE
    inverse = [Fraction(0) if is_open(end) else 1 / end for end in (bottom[1], bottom[0])]
    return times(top, tuple(inverse))


# --- exp, ln, sqrt between numbers of a binary grid ----------------------------------------------

def exp_enclosed(x):
    if x == 0:
        return Fraction(1), Fraction(1)
    if x < -EXP_ARGUMENT_MAX:
        return Fraction(0), Fraction(1, 2**5900)
    if x < 0:
        low, high = exp_enclosed(-x)
        return 1 / high, 1 / low
    halvings = max(0, int(x).bit_length() + 1)
    one = 1 << (GRID + 2 * halvings)
    small = x / 2**halvings
    top, bottom = small.numerator, small.denominator
    low = high = term_low = term_high = one
    count = 0
    while term_high > 1:
        count += 1
        term_low = term_low * top // (bottom * count)
        term_high = -(-term_high * top // (bottom * count))
        low, high = low + term_low, high + term_high
    high += 2 * term_high
    for _ in range(halvings):
        low, high = low * low // one, -(-high * high // one)
    return Fraction(low, one), Fraction(high, one)


def artanh_enclosed(y):
    """Both ends for 0 <= y <= 1/2, scaled by the grid."""
    one = 1 << GRID
    square = y * y
    power_low = power_high = None
    low = high = 0
    step = 1
    while power_high is None or power_high > 1:
        if power_high is None:
            power_low = y.numerator * one // y.denominator
            power_high = -(-y.numerator * one // y.denominator)
        else:
            power_low = power_low * square.numerator // square.denominator
            power_high = -(-power_high * square.numerator // square.denominator)
        low += power_low // step
        high += -(-power_high // step)
        step += 2
    return low, high + 2 * power_high


def ln_enclosed(x):
    if x == 1:
        return Fraction(0), Fraction(0)
    shift = x.numerator.bit_length() - x.denominator.bit_length()
    mantissa = x / Fraction(2) ** shift
    if mantissa > Fraction(3, 2):
        shift, mantissa = shift + 1, mantissa / 2
    low, high = artanh_enclosed(abs(mantissa - 1) / (mantissa + 1))
    if mantissa < 1:
        low, high = -high, -low
    two = artanh_enclosed(Fraction(1, 3))
    ends = sorted((shift * two[0], shift * two[1]))
    return Fraction(2 * (low + ends[0]), 1 << GRID), Fraction(2 * (high + ends[1]), 1 << GRID)


def sqrt_enclosed(x):
    top, bottom = isqrt(x.numerator), isqrt(x.denominator)
    if top * top == x.numerator and bottom * bottom == x.denominator:
        return Fraction(top, bottom), Fraction(top, bottom)
    places = GRID + max(0, x.denominator.bit_length() - x.numerator.bit_length())
    root = isqrt((x.numerator << (2 * places)) // x.denominator)
    return Fraction(root, 1 << places), Fraction(root + 1, 1 << places)


def function_end(function, end, is_high):
    floor = Fraction(0)
    if function == "ln":
        floor = ABOVE if is_high else BELOW
    if end is BELOW:
        return floor
    if end is ABOVE:
        return ABOVE
    if function == "exp":
        if end > EXP_ARGUMENT_MAX:
            return ABOVE if is_high else floor
        return exp_enclosed(end)[is_high]
    if function == "ln":
        return ln_enclosed(end)[is_high] if end > 0 else floor
    need(function == "sqrt", f"`{function}` is no function")
    return sqrt_enclosed(end)[is_high] if end >= 0 else floor


# --- Contradictions --------------------------------------------------------------------------

def condition(value, sorts):
    """Reads a condition and checks its variables."""
    kind, inner = tagged(value)
    if kind == "constant":
        return kind, truth(inner)
    if kind == "atom":
        read = atom(inner)
        check_numbers(read[0], sorts, len(sorts))
        return kind, read
    if kind == "choice":
        variable, member, wanted = record(inner, "variable", "member", "is")
        place, member = natural(variable), natural(member)
        need(place < len(sorts) and sorts[place][0] == "choice", "a choice that is none")
        need(member < sorts[place][1], "an enumerator that is none")
        return kind, (place, member, truth(wanted))
    need(kind in ("and", "or"), f"`{kind}` is no condition")
    return kind, [condition(part, sorts) for part in listed(inner)]


def check_numbers(terms, sorts, before):
    for variable in variables_of(terms):
        known = variable < before and variable < len(sorts)
        need(known and sorts[variable][0] != "choice", f"variable {variable} is no number here")


def sorts_of(variables):
    sorts = []
    for variable in listed(variables):
        name, sort = record(variable, "name", "sort")
        need(isinstance(name, str), "a name is no text")
        kind, inner = tagged(sort)
        if kind == "real":
            need(inner is None, "`real` has no parts")
            sorts.append((kind, None))
        elif kind == "choice":
            need(all(isinstance(member, str) for member in listed(inner)), "a member is no text")
            sorts.append((kind, len(inner)))
        else:
            need(kind == "defined", f"`{kind}` is no sort")
            function, top, bottom = record(inner, "function", "numerator", "denominator")
            need(function in ("exp", "ln", "sqrt"), f"`{function}` is no function")
            sorts.append((kind, (function, polynomial(top), polynomial(bottom))))
    for place, (kind, inner) in enumerate(sorts):
        if kind == "defined":
            check_numbers(inner[1], sorts, place)
            check_numbers(inner[2], sorts, place)
    return sorts


class State:
    """What is known in a branch: atoms, open disjunctions, enumerators that are left."""

    def __init__(self, atoms, disjunctions, left):
        self.atoms, self.disjunctions, self.left = atoms, disjunctions, left

    def copy(self):
        return State(list(self.atoms), list(self.disjunctions), dict(self.left))

    def assume(self, known):
        kind, inner = known
        if kind == "constant":
            if not inner:
                self.disjunctions.append([])
        elif kind == "atom":
            self.atoms.append(inner)
        elif kind == "choice":
            place, member, wanted = inner
            self.left[place] = [m for m in self.left[place] if (m == member) == wanted]
        elif kind == "and":
            for part in inner:
                self.assume(part)
        else:
            self.disjunctions.append(inner)

    def assuming(self, known):
        further = self.copy()
        further.assume(known)
        return further

    def intervals(self, sorts):
        found = [[BELOW, ABOVE] for _ in sorts]
        for terms, _ in self.atoms:
            single = [powers for powers in terms if powers != ()]
            if len(single) != 1 or len(single[0]) != 1 or single[0][0][1] != 1:
                continue
            slope, variable = terms[single[0]], single[0][0][0]
            value = -terms.get((), Fraction(0)) / slope
            if slope > 0:
                found[variable][0] = max(found[variable][0], value, key=rank)
            else:
                found[variable][1] = min(found[variable][1], value, key=rank)
        for place, (kind, inner) in enumerate(sorts):
            if kind == "defined":
                function, top, bottom = inner
                argument = quotient(range_of(top, found), range_of(bottom, found))
                low, high = (function_end(function, argument[i], i) for i in (0, 1))
                found[place][0] = max(found[place][0], low, key=rank)
                found[place][1] = min(found[place][1], high, key=rank)
        return found


class Replay:
    """The steps of a refutation, taken one after the other."""

    def __init__(self, sorts, steps):
        self.sorts, self.steps, self.next = sorts, steps, 0

    def branch(self, state, depth):
        need(depth > 0, "the refutation is nested too deeply")
        need(self.next < len(self.steps), "a branch has no step")
        kind, inner = self.steps[self.next]
        self.next += 1
        getattr(self, kind)(state, inner, depth - 1)

    def cases(self, state, place, depth):
        need(place < len(state.disjunctions), f"disjunction {place} is not open")
        rest = state.copy()
        for part in rest.disjunctions.pop(place):
            self.branch(rest.assuming(part), depth)

    def choice(self, state, variable, depth):
        need(variable in state.left, f"variable {variable} is no choice")
        for member in state.left[variable]:
            self.branch(state.assuming(("choice", (variable, member, True))), depth)

    def cut(self, state, inner, depth):
        variable, at = inner
        own = {((variable, 1),): Fraction(1)}
        check_numbers(own, self.sorts, len(self.sorts))
        below, above = {}, dict(own)
        added(below, {(): at})
        added(below, own, -1)
        added(above, {(): -at} if at else {})
        for half in (below, above):
            self.branch(state.assuming(("atom", (half, False))), depth)

    def farkas(self, state, rows, _depth):
        def known(place):
            need(place < len(state.atoms), f"atom {place} is not known")
            return state.atoms[place]

        used = []
        for (kind, inner), multiplier in rows:
            if kind == "atom":
                terms, strict = known(inner)
            elif kind == "product":
                one, other = known(inner[0]), known(inner[1])
                terms, strict = multiplied(one[0], other[0]), one[1] and other[1]
            else:
                check_numbers(inner, self.sorts, len(self.sorts))
                terms, strict = multiplied(inner, inner), False
            used.append((terms, strict, multiplier))
        contradiction(used)

    def outside(self, state, place, _depth):
        need(place < len(state.atoms), f"atom {place} is not known")
        terms, strict = state.atoms[place]
        intervals = state.intervals(self.sorts)
        if any(rank(intervals[v][0]) > rank(intervals[v][1]) for v in variables_of(terms)):
            return
        high = range_of(terms, intervals)[1]
        fails = sign(high) < 0 or (strict and sign(high) == 0)
        need(fails, f"atom {place} may hold within the bounds")

    def clash(self, state, variable, _depth):
        need(state.left.get(variable) == [], f"choice {variable} has an enumerator left")


def step(value):
    kind, inner = tagged(value)
    if kind == "cases":
        return kind, natural(record(inner, "disjunction")[0])
    if kind in ("choice", "clash"):
        return kind, natural(record(inner, "variable")[0])
    if kind == "cut":
        variable, at = record(inner, "variable", "at")
        return kind, (natural(variable), number(at))
    if kind == "outside":
        return kind, natural(record(inner, "atom")[0])
    need(kind == "farkas", f"`{kind}` is no step")
    rows = []
    for pair in listed(inner):
        need(isinstance(pair, list) and len(pair) == 2, "expected a row and its multiplier")
        row, content = tagged(pair[0])
        if row == "atom":
            content = natural(content)
        elif row == "product":
            need(isinstance(content, list) and len(content) == 2, "expected two rows")
            content = tuple(natural(place) for place in content)
        else:
            need(row == "square", f"`{row}` is no row")
            content = polynomial(content)
        rows.append(((row, content), number(pair[1])))
    return kind, rows


def check_refutation(claim, refutation):
    variables, facts = record(claim, "variables", "facts")
    sorts = sorts_of(variables)
    left = {place: list(range(inner)) for place, (kind, inner) in enumerate(sorts)
            if kind == "choice"}
    state = State([], [], left)
    for fact in listed(facts):
        name, says = record(fact, "name", "says")
        need(isinstance(name, str), "a name is no text")
        state.assume(condition(says, sorts))
    replay = Replay(sorts, [step(value) for value in listed(refutation)])
    replay.branch(state, STEP_DEPTH_MAX)
    need(replay.next == len(replay.steps), "steps are left after the last branch")


# --- Statements over a box ---------------------------------------------------------------------

def statement(value):
    kind, inner = tagged(value)
    if kind == "constant":
        return kind, truth(inner)
    if kind == "atom":
        return kind, atom(inner)
    need(kind in ("and", "or"), f"`{kind}` is no statement")
    return kind, [statement(part) for part in listed(inner)]


def opposite(said):
    kind, inner = said
    if kind == "constant":
        return kind, not inner
    if kind == "atom":
        return kind, (negative(inner[0]), not inner[1])
    return ("or" if kind == "and" else "and"), [opposite(part) for part in inner]


def box_range(terms, box):
    need(variables_of(terms) <= set(box), "a variable has no range")
    return range_of(terms, box)


def satisfied(strict, stated, found):
    need(stated == found, f"the least value is stated as {stated} but is {found}")
    need(found > 0 or (not strict and found == 0), f"the least value {found} is too small")


def corner(terms, strict, moves, stated, box):
    left = dict(terms)
    for variable, end in moves:
        need(degree(left, variable) > 0, f"variable {variable} has nothing to move")
        low, high = box_range(derivative(left, variable), box)
        need(variable in box, f"variable {variable} has no range")
        need(end in ("low", "high"), "an end that is none")
        need(low >= 0 if end == "low" else high <= 0, f"variable {variable} has no one direction")
        left = substituted(left, variable, box[variable][end == "high"])
    rest = sorted(variables_of(left))
    affine = all(degree(left, variable) == 1 for variable in rest)
    need(len(rest) <= CORNER_VARIABLES_MAX and affine, "too many corners, or not affine")
    need(set(rest) <= set(box), "a variable has no range")
    values = [left]
    for variable in rest:
        values = [substituted(terms, variable, end) for terms in values for end in box[variable]]
    satisfied(strict, stated, min(value.get((), Fraction(0)) for value in values))


def check_proof(said, proof, box, depth):
    need(depth > 0, "the proof is nested too deeply")
    kind, inner = tagged(proof)
    if kind == "constant":
        need(said == ("constant", True), "the statement is not the constant true")
    elif kind in ("linear", "corner", "enclosure"):
        need(said[0] == "atom", "the proof is of a single comparison")
        terms, strict = said[1]
        if kind == "corner":
            moves, least = record(inner, "moves", "least")
            moves = [(natural(pair[0]), pair[1]) for pair in listed(moves)]
            corner(terms, strict, moves, number(least), box)
        else:
            linear = all(len(p) == 0 or (len(p) == 1 and p[0][1] == 1) for p in terms)
            need(kind == "enclosure" or linear, "the comparison is not linear")
            least = number(record(inner, "least")[0])
            satisfied(strict, least, box_range(terms, box)[0])
    elif kind == "all":
        need(said[0] == "and" and len(said[1]) == len(listed(inner)), "one proof for each part")
        for part, part_proof in zip(said[1], inner):
            check_proof(part, part_proof, box, depth - 1)
    elif kind == "one":
        part, part_proof = record(inner, "part", "proof")
        need(said[0] == "or" and natural(part) < len(said[1]), "a part of the disjunction")
        check_proof(said[1][part], part_proof, box, depth - 1)
    elif kind == "refutation":
        check_tree([opposite(said)], inner, box, depth - 1)
    else:
        need(kind == "split", f"`{kind}` is no proof")
        variable, at, below, above = record(inner, "variable", "at", "below", "above")
        at = number(at)
        need(natural(variable) in box, f"variable {variable} has no range")
        low, high = box[variable]
        need(low <= at <= high, f"the cut of variable {variable} lies outside")
        check_proof(said, below, {**box, variable: (low, at)}, depth - 1)
        check_proof(said, above, {**box, variable: (at, high)}, depth - 1)


def taken_apart(facts):
    """Atoms, and the open disjunctions in their order."""
    atoms, pending, queue = [], [], list(facts)
    while queue:
        kind, inner = queue.pop(0)
        if kind == "atom":
            atoms.append(inner)
        elif kind == "constant":
            if not inner:
                atoms.append(({(): Fraction(-1)}, False))
        elif kind == "and":
            queue = list(inner) + queue
        else:
            pending.append((kind, inner))
    return atoms, pending


def rows_of(atoms, box):
    rows = []

    def between(terms, ends):
        for end, factor in ((ends[0], 1), (ends[1], -1)):
            row = {}
            added(row, terms, factor)
            added(row, {(): -end * factor} if end else {})
            rows.append((row, False))

    for variable in sorted(box):
        between({((variable, 1),): Fraction(1)}, box[variable])
    products = {powers for terms, _ in atoms for powers in terms
                if len(powers) > 1 or (powers and powers[0][1] > 1)}
    # Powers are compared as lists, a shorter one before a longer one that continues it.
    for powers in sorted(products):
        terms = {powers: Fraction(1)}
        between(terms, box_range(terms, box))
    return rows + atoms


def check_tree(facts, tree, box, depth):
    need(depth > 0, "the proof is nested too deeply")
    kind, inner = tagged(tree)
    atoms, pending = taken_apart(facts)
    if kind == "cases":
        need(pending, "there is no disjunction to take apart")
        parts = pending[0][1]
        need(len(parts) == len(listed(inner)), "one refutation for each part")
        rest = [("atom", known) for known in atoms] + pending[1:]
        for part, case in zip(parts, inner):
            check_tree(rest + [part], case, box, depth - 1)
        return
    need(kind == "farkas", f"`{kind}` is no refutation")
    rows, used = rows_of(atoms, box), []
    for pair in listed(inner):
        place = natural(pair[0])
        need(place < len(rows), f"row {place} does not exist")
        used.append((*rows[place], number(pair[1])))
    contradiction(used)


def check_statement(claim, positive, proof):
    variables, divisors, said = record(claim, "variables", "positive", "statement")
    box, last = {}, -1
    for variable in listed(variables):
        place, name, low, high = record(variable, "id", "name", "low", "high")
        ends = (number(low), number(high))
        need(natural(place) > last and ends[0] <= ends[1], f"the range of `{name}` is not in order")
        need(name != "pi" or ends == PI, "the range of `pi` is not in order")
        box[place], last = ends, place
    need(len(listed(positive)) == len(listed(divisors)), "one proof per divisor")
    for terms, divisor_proof in zip(divisors, positive):
        check_proof(("atom", (polynomial(terms), True)), divisor_proof, box, PROOF_DEPTH_MAX)
    check_proof(statement(said), proof, box, PROOF_DEPTH_MAX)


# --- Command line --------------------------------------------------------------------------------

def check(certificate):
    """Checks one certificate; raises Refused."""
    if "refutation" in certificate:
        check_refutation(*record(certificate, "claim", "refutation"))
    else:
        check_statement(*record(certificate, "claim", "positive", "proof"))


def certificates_in(value, place=""):
    """All certificates inside a document, with their places."""
    if isinstance(value, dict):
        if "claim" in value and ("refutation" in value or "proof" in value):
            yield place, value
            return
        for key, inner in value.items():
            yield from certificates_in(inner, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for number_, inner in enumerate(value):
            yield from certificates_in(inner, f"{place}[{number_}]")


def documents_of(text):
    try:
        return [("", json.loads(text))]
    except json.JSONDecodeError:
        lines = enumerate(text.splitlines(), 1)
        return [(str(line), json.loads(one)) for line, one in lines if one.strip()]


def main(paths):
    refused = 0
    for path in paths:
        try:
            text = sys.stdin.read() if path == "-" else open(path, encoding="utf-8").read()
            documents = documents_of(text)
        except (OSError, ValueError) as error:
            print(f"{path}: cannot be read: {error}", file=sys.stderr)
            return 2
        for line, document in documents:
            for place, certificate in certificates_in(document):
                where = ".".join(part for part in (line, place) if part) or "1"
                try:
                    check(certificate)
                    print(f"{path}:{where}: accepted")
                except (Refused, TypeError, KeyError, IndexError, AttributeError) as error:
                    refused += 1
                    print(f"{path}:{where}: refused: {error}")
    return 1 if refused else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__.strip())
        sys.exit(2)
    sys.exit(main(sys.argv[1:]))
