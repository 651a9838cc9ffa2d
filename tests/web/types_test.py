"""The page's TypeScript has no type errors. Needs tsc (Debian's node-typescript)."""
import os
import shutil
import subprocess
import sys

tsc = shutil.which("tsc")
if tsc is None:
    print("there is no tsc: apt-get install node-typescript")
    sys.exit(1 if os.environ.get("IMPS_REFERENCE_REQUIRED") else 77)
sys.exit(subprocess.run([tsc, "--project", sys.argv[1]], check=False).returncode)
