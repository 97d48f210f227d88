"""One YAML file says what to do; this is the only room where names become objects."""

from bouture.recipe.build import Study, build
from bouture.recipe.reader import load_recipe
from bouture.recipe.sections import Recipe

__all__ = ["Recipe", "Study", "build", "load_recipe"]
