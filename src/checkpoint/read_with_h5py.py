"""Prints a checkpoint the way Keras's own loader walks it; checkpoint_test.cc compares the output."""

import json
import sys

import h5py


def main():
    with h5py.File(sys.argv[1], "r") as file:
        layers = [name.decode() for name in file.attrs["layer_names"]]
        print("layers", *layers)
        for layer in layers:
            for name in file[layer].attrs["weight_names"]:
                dataset = file[layer][name.decode()]
                total = f"{dataset[()].astype('float64').sum():.4f}"
                print(name.decode(), dataset.dtype, *dataset.shape, total)
        config = json.loads(file["tiqu/config"][()].tobytes())
        print("config", config["spec"]["hidden"])
        print("files", *sorted(file["tiqu/files"]))


main()
