"""Speed and memory of training and of classifying, beside plain PEFT, bitsandbytes and transformers.

speed.py         runs every part in a process of its own, prints the tables, writes the JSON
units.py         the parts
material.py      documents, labels and models
ours.py          training with foyerdoc.finetuning
plain.py         training with transformers' Trainer
classifying.py   documents a second: the classifier, a padded loop, generated labels
measuring.py     windows of time, peaks of memory
"""
