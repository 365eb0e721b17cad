"""The keys of a script: what they are called, and the lines that name fresh ones."""

from __future__ import annotations

from crisper.reproduction.calls import Wording, variable
from crisper.reproduction.excerpt import Excerpt


#: More keys than these are held in a list.
FEW = 6


def naming(found: Excerpt) -> dict[str, str]:
    """Return what each key is called in the script."""
    used = dict.fromkeys(key for op in found.ops for key in op.keys)
    noun = "key" if found.decisive.layer == "kv" else "task"
    if len(used) == 1:
        return dict.fromkeys(used, noun)
    form = "keys[{}]" if len(used) > FEW else f"{noun}_{{}}"
    first = 0 if len(used) > FEW else 1
    return {key: form.format(number) for number, key in enumerate(used, first)}


def keys(found: Excerpt, say: Wording) -> list[str]:
    """Return the lines that name fresh keys, in the type that the backend asks for."""
    typed = f"{variable(found.ops[0].client)}.key_t({{}})" if found.decisive.layer == "kv" else "{}"
    if len(say.names) <= FEW:
        return [f"{name} = {typed.format(say.value(key))}" for key, name in say.names.items()]
    if all(map(say.literals.plain, say.names)):
        number = "f'{run}-{number}'"
        return [f"keys = [{typed.format(number)} for number in range({len(say.names)})]"]
    return [f"keys = [{typed.format('key')} for key in {say.value(list(say.names))}]"]
