"""Writes an HDF5 file with what hdf5_tree_test.cc looks for: write_with_h5py.py FILE LIBVER"""

import sys

import h5py
import numpy as np


def main():
    values = [0.5, -1, 2, 1024]
    with h5py.File(sys.argv[1], "w", libver=sys.argv[2]) as file:
        file.attrs["text"] = "一个 text"
        file.attrs["texts"] = [b"a", b"", b"ccc"]
        file.attrs["fixed"] = np.array([b"one", b"three"])
        file.attrs["number"] = np.float64(1)
        numbers = file if sys.argv[2] == "earliest" else file.create_group("numbers")
        for name in ("f2", "f4", "f8"):
            numbers[name] = np.array(values, "<" + name)
            numbers["big_" + name] = np.array(values, ">" + name)
        file["deep/er/f4"] = np.array(values, "<f4")
        file["scalar"] = np.float32(3)
        file["empty"] = np.zeros((0, 4), "f4")
        file.create_dataset("chunked", data=np.zeros((4, 4), "f4"), compression="gzip")
        file["soft"] = h5py.SoftLink("/f4")


main()
