"""`python -m foyerdoc`, and so `torchrun --nproc-per-node 2 -m foyerdoc train ...`."""

from foyerdoc.cli import app

app(prog_name="foyerdoc")
