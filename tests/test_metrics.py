# SPDX-License-Identifier: Apache-2.0
"""The metrics are OpenMetrics 1.0, as the parser of the Prometheus client reads it, and say what
sellable_stats does, whatever the keys are.

    test_metrics.py METRICS_TEXT
"""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from prometheus_client.openmetrics.parser import text_string_to_metric_families

PROGRAM = None
# Taking memory for the answer shows in the answer.
OF_ITS_OWN = "sellable_slab_bytes"


def figures(output):
    """What the program says of its figures: {(name, labels): figure}."""
    told = {}
    for line in output.splitlines():
        name, *labels, figure = line.split(" ")
        pairs = (label.split("=") for label in labels)
        key = name, frozenset((label, bytes.fromhex(value).decode()) for label, value in pairs)
        assert key not in told, key
        told[key] = int(figure)
    return told


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "metrics")
            run = subprocess.run([PROGRAM, file], check=True, stdout=subprocess.PIPE, text=True)
            cls.text = file.read_bytes().decode()
        cls.figures = figures(run.stdout)
        cls.families = list(text_string_to_metric_families(cls.text))
        cls.samples = {(sample.name, frozenset(sample.labels.items())): sample.value
                       for family in cls.families for sample in family.samples}

    def test_every_figure_is_a_sample_and_every_sample_a_figure(self):
        self.assertEqual(set(self.samples), set(self.figures))
        self.assertGreater(len(self.samples), 200)

    def test_samples_have_the_values_of_the_figures(self):
        for key, figure in self.figures.items():
            name, _ = key
            if name == OF_ITS_OWN:
                self.assertGreaterEqual(self.samples[key], figure)
            elif name.endswith("_seconds"):
                self.assertEqual(self.samples[key], figure / 1000, key)
            else:
                self.assertEqual(self.samples[key], figure, key)

    def test_no_sample_is_there_twice_and_families_stand_together_by_name(self):
        self.assertEqual(len(self.samples), sum(len(family.samples) for family in self.families))
        names = [family.name for family in self.families]
        self.assertEqual(names, sorted(set(names)))

    def test_every_family_has_a_type_and_help_and_times_and_bytes_a_unit(self):
        for family in self.families:
            self.assertIn(family.type, ("counter", "gauge"))
            self.assertTrue(family.documentation, family.name)
            unit = re.search("_(seconds|bytes)$", family.name)
            self.assertEqual(family.unit, unit.group(1) if unit else "", family.name)
            self.assertTrue(family.name.startswith("sellable_"))
            for sample in family.samples:
                self.assertEqual(sample.name.endswith("_total"), family.type == "counter")
                self.assertLessEqual(set(sample.labels), {"channel", "source", "type", "status"})

    def test_times_are_told_to_the_millisecond(self):
        seconds = [line for line in self.text.split("\n")
                   if re.match("sellable_[a-z_]*_seconds[ {]", line)]
        self.assertGreater(len(seconds), 10)
        for line in seconds:
            self.assertRegex(line, r" -?[0-9]+\.[0-9]{3}$")
        self.assertTrue(any(" -" in line for line in seconds))

    def test_samples_stand_by_number_and_what_was_never_counted_is_left_out(self):
        channels = [dict(labels)["channel"] for (name, labels) in self.samples
                    if name == "sellable_channel_accepted_total"]
        told = [dict(labels)["channel"] for (name, labels) in self.figures
                if name == "sellable_channel_accepted_total"]
        self.assertEqual(channels, told)
        self.assertNotIn(0, [value for (name, _), value in self.samples.items()
                             if name == "sellable_calls_total"])

    def test_it_ends_with_the_end(self):
        self.assertTrue(self.text.endswith("\n# EOF\n"))
        self.assertEqual(len(re.findall("^# EOF$", self.text, re.MULTILINE)), 1)

    def test_keys_come_back_as_they_are(self):
        keys = {dict(labels)["source"] for (name, labels) in self.samples
                if name == "sellable_source_applied_total"}
        for key in ("\n", "\\", "\\\"", "\\n is no newline", "\r\n", "\u2028 a line separator"):
            self.assertIn(key, keys)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
