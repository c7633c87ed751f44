"""The model of a job, which goes into a folder of the job's."""

from pathlib import Path

from . import files, model
from .errors import UserError
from .job import MODEL, Job


def folder_of(job: Job) -> Path:
    folder = job.folder / MODEL
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UserError(f"{folder} is no folder of its own; move it away")
    return folder


def saved_state(job: Job, resumes: bool) -> tuple[model.State, bytes]:
    """Where the training is, and the bytes that say so: those of the model that is there, or of the job's beginning.

    @throws UserError if a model is there and is not to be gone on with, or is of another training
    """
    folder = folder_of(job)
    path = folder / model.FILE
    if not (path.exists() or path.is_symlink()):
        start = files.read(job.folder, "start.safetensors")
        return model.check(job.start, job, "start.safetensors"), start
    if not resumes:
        raise UserError(f"{folder} holds a model already; go on with it by --resume, or move it away")
    content = files.read(folder, model.FILE)
    found = model.read(content, str(path))
    for name in model.differences(found.description, job.start.description):
        raise UserError(
            f"{path} is of another training than the job ({name} differs); move it away, or write the job anew from it by "
            "scoretape train --resume --export xla"
        )
    return model.check(found, job, str(path)), content


def save(job: Job, state: model.State) -> None:
    files.write(folder_of(job) / model.FILE, model.write(job.start, state))
