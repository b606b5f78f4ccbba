# Sourced by the scripts that train: goes to FOLDER, made where it is missing, and names what they work with.
#
#   . "$(dirname "$0")/enter_folder.sh" FOLDER        root: the repository; tiqu: the program; data: the data sets
#
# The data sets are looked for in TIQU_SHARED, or in ../shared.
# shellcheck shell=bash disable=SC2034
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tiqu=$root/build/tiqu
data=${TIQU_SHARED:-$(dirname "$root")/shared}/data
mkdir -p "$1" && cd "$1"
