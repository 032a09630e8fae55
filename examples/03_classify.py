"""Sort documents into the taxonomy with nothing but its descriptions, and compare with the true labels."""

import json

import foyerdoc as fd
from foyerdoc import demo

taxonomy = fd.Taxonomy.load(demo.folder() / "taxonomy.json")
truth = json.loads((demo.folder() / "truth.json").read_text(encoding="utf-8"))["documents"]
classifier = fd.Classifier.zero_shot(taxonomy)

right = 0
for name in sorted(truth)[:8]:
    document = fd.clean(fd.read(demo.folder() / "documents" / name))
    label = classifier.classify(document)
    nearest = label.alternatives[0].path
    right += list(nearest) == truth[name]["path"]
    print(name, "-", label.decision)
    print("   said:", " / ".join(label.path) or "left open", "| nearest:", " / ".join(nearest))
    print("   true:", " / ".join(truth[name]["path"]))
    for span in label.evidence[:1]:
        print("   because of:", " ".join(document.text[span.start : span.end].split())[:90])
print(right, "of 8 nearest labels right")
