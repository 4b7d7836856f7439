"""Checkpoints: parameters and an optimizer's memory in one .npz file, from which a run can continue.

Saving never leaves half a file: all is written to a temporary file in the same folder, forced to the disk,
and then put in the place of the old one in a single step that the operating system guarantees
(os.replace). Loading checks the whole file before it changes a parameter, and reads no pickles: a checkpoint
from an unknown source can be wrong, but it cannot run code.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..autodiff import Value
from .files import file_path, whole_file
from .optimizer import Optimizer
from .parameters import Parameters, named, snapshots
from .training import Descent

MARK = "microgd checkpoint"
PathLike = str | os.PathLike[str]


def save(
    path: PathLike,
    parameters: Parameters,
    optimizer: Optimizer | None = None,
    descent: Descent | None = None,
) -> None:
    """Write the parameters by name, and the memory of an optimizer and of a descent, to the file `path`.

    Parameters are given as to an optimizer, as a dict or a list. The memory of the descent (what `descend`
    returned) is its number of steps and what its rules for stopping have seen: with it, early stopping and
    the budget of steps hold over all runs together.

    Whenever the program is killed, the file is the old one or the new one, whole. A kill in the midst of
    saving may leave a file ".<name>.<random>.tmp" behind, which the next save to this path deletes.
    """
    _check_sources(optimizer, descent)
    arrays: dict[str, Any] = {MARK: type(optimizer).__name__ if optimizer else ""}
    arrays |= {f"parameters/{name}": data for name, data in snapshots(named(parameters)).items()}
    if optimizer is not None:
        arrays |= {f"optimizer/{name}": data for name, data in optimizer.state().items()}
    if descent is not None:
        arrays |= {f"descent/{name}": data for name, data in descent.state().items()}
    with whole_file(path) as file:
        np.savez(file, **arrays)


def load(
    path: PathLike,
    parameters: Parameters,
    optimizer: Optimizer | None = None,
    descent: Descent | None = None,
) -> None:
    """Set the parameters, and the memory of an optimizer and of a fresh descent, to what `save` wrote.

    A run resumed from a checkpoint goes on bit for bit as if it had not been stopped; with mini-batches
    their order must be taken up where it was, see `batches`.

    Raises FileNotFoundError; ValueError where the file is truncated or not a checkpoint, where names,
    shapes or types are not those of the parameters, or where the memory is of another optimizer. Nothing
    is changed then.
    """
    _check_sources(optimizer, descent)
    saved = _read(file_path(path))
    saved_by = str(saved.pop(MARK))
    data, memory = _part(saved, "parameters/"), _part(saved, "optimizer/")
    by_name = named(parameters)
    _check_names(path, data, by_name)
    for name, parameter in by_name.items():
        _check_array(path, name, data[name], parameter)
    progress = _part(saved, "descent/")
    if descent is not None and not progress:
        raise ValueError(f"{path}: expected the memory of a descent, the file has none")
    if optimizer is not None:
        if saved_by != type(optimizer).__name__:
            raise ValueError(
                f"{path}: expected the memory of {type(optimizer).__name__}, "
                f"the file has {f'that of {saved_by}' if saved_by else 'parameters only'}"
            )
        optimizer.load_state(memory)
    if descent is not None:
        descent.load_state(progress)
    for name, parameter in by_name.items():
        parameter.data = data[name] if parameter.shape else float(data[name])


def _check_sources(optimizer: Any, descent: Any) -> None:
    if not isinstance(optimizer, Optimizer | None):
        raise TypeError(f"optimizer: expected one such as Adam(parameters, rate), got {optimizer!r}")
    if not isinstance(descent, Descent | None):
        raise TypeError(f"descent: expected what descend(error, optimizer) returned, got {descent!r}")


def _read(path: PathLike) -> dict[str, np.ndarray]:
    """All arrays of the file, once it has proved to be a checkpoint."""
    with open(path, "rb") as file:
        if not zipfile.is_zipfile(file):
            raise ValueError(f"{path}: not a checkpoint, or a truncated one: it is not a whole .npz file")
        file.seek(0)
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = dict(archive)
        except Exception as error:  # a flipped bit may surface as almost any error of zipfile's or NumPy's
            raise ValueError(f"{path}: a damaged checkpoint, or not a checkpoint: {error}") from error
    if MARK not in arrays:
        raise ValueError(
            f"{path}: an .npz file, but not from checkpoint.save: it holds {', '.join(arrays) or 'nothing'}"
        )
    return arrays


def _part(saved: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in saved.items() if name.startswith(prefix)}


def _check_names(path: PathLike, data: Mapping[str, Any], parameters: Mapping[str, Value]) -> None:
    missing = [name for name in parameters if name not in data]
    unknown = [name for name in data if name not in parameters]
    if missing or unknown:
        raise ValueError(
            f"{path}: the parameters have other names: missing in the file: {', '.join(missing) or 'none'}; "
            f"only in the file: {', '.join(unknown) or 'none'}"
        )


def _check_array(path: PathLike, name: str, array: np.ndarray, parameter: Value) -> None:
    if array.shape != parameter.shape:
        raise ValueError(f"{path}: {name}: expected shape {parameter.shape}, the file has {array.shape}")
    if array.dtype != parameter.dtype:
        raise ValueError(f"{path}: {name}: expected {parameter.dtype}, the file has {array.dtype}")
