"""The sample district: real codes, names and totals; generated land, people and places."""

from data.sample.district import SEED, SampleDistrict, generate
from data.sample.files import SampleFiles, write, write_district

__all__ = ["SEED", "SampleDistrict", "SampleFiles", "generate", "write", "write_district"]
