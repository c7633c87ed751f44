"""An isolation forest of scikit-learn: from rows to learn from, and lists of rows, to how usual each of these is.

A job as JSON from standard input, {"seed", "training", "lists"}; a list of numbers for each list to standard output.
"""

import json
import sys

from sklearn.ensemble import IsolationForest

job = json.load(sys.stdin)
forest = IsolationForest(random_state=job["seed"]).fit(job["training"])
json.dump([forest.score_samples(rows).tolist() for rows in job["lists"]], sys.stdout)
