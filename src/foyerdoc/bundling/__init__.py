"""Everything that a machine without network needs, in one folder: `bundle` makes it, `install.sh` in it installs it."""

from foyerdoc.bundling.checking import differences
from foyerdoc.bundling.gathering import bundle

__all__ = ["bundle", "differences"]
