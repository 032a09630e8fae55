"""What a plan does not know is refused by name."""

import pytest

from foyerdoc.errors import UsageError
from foyerdoc.experiments.plan import Plan
from foyerdoc.recipe import Recipe


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"faktors": {}}, "faktors"),
        ({"factors": {"chunksize": [1, 2]}}, "'chunksize'"),
        ({"factors": {"retrieval": ["dense", "psychic"]}}, "'psychic'"),
        ({"factors": {"chunk_size": ["small", "large"]}}, "chunk_size"),
        ({"factors": {"chunk_size": [64]}}, "fewer than two"),
        ({"factors": {"chunk_size": [64, 64]}}, "twice"),
        ({"factors": {"embedder": ["e5", "minilm"]}}, "'minilm'"),
        ({"factors": {"k": [True, 2]}}, "factors.k.0: neither a text nor a number"),
        ({"factors": {"k": [1, 10**30]}}, "factors.k.1: a whole number of more than 64 bits"),
        ({"replicates": 10**20}, "replicates"),
        ({"factors": {"quantization": ["none", "nf4"]}}, "no run asks a language model"),
        ({"factors": {"dense": [0.2, 0.8]}, "settings": {"retrieval": "dense"}}, "no run takes both"),
        ({"settings": {"retrieval": "dense"}}, "varied and set"),
        ({"settings": {"colour": "red"}}, "'colour'"),
        ({"goal": "beauty"}, "'beauty'"),
        ({"factors": {"chunk_size": [16, 64], "overlap": [0, 20]}}, "an overlap of 20 tokens in chunks of 16"),
        ({"settings": {"model": "ranking", "overlap": 16}}, "an overlap of 16 tokens in chunks of 16"),
        ({"factors": {"few_shot": [0, 2]}, "settings": {"model": "smollm2"}}, "the plan names none"),
        ({"factors": {"embedder": ["e5", "mini"]}, "models": {"mini": "nowhere"}}, "the model 'mini', is not there"),
        ({"factors": {"embedder": ["e5", "mini"]}, "models": {"mini": "."}, "settings": {}}, "knows the embedder e5 alone"),
        ({"per_item": 0}, "per_item"),
        ({"questions": None}, "questions"),
    ],
)
def test_what_is_unknown_is_refused_by_name(told, change, says):
    with pytest.raises(UsageError, match=says):
        Plan.of({**told, **change})


def test_a_file_that_is_no_plan_is_refused(tmp_path):
    path = tmp_path / "plan.yaml"
    with pytest.raises(UsageError, match="cannot be read"):
        Plan.load(path)
    path.write_text("factors: [")
    with pytest.raises(UsageError, match="no YAML, line"):
        Plan.load(path)
    for content in ("seed: " + "9" * 5000, "when: 2026-02-30", "[" * 5000):
        path.write_text(content)
        with pytest.raises(UsageError, match="no YAML"):
            Plan.load(path)
    path.write_text("- a\n- b\n")
    with pytest.raises(UsageError, match="no mapping"):
        Plan.load(path)


def test_cells_become_recipes(told, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "solved.jsonl").write_text(
        "".join(f'{{"question": "q{n}", "sentences": ["a", "b"], "answer": 1}}\n' for n in range(5))
    )
    plan = Plan.of(
        {
            **told,
            "factors": {"few_shot": [0, 2], "embedder": ["e5", "mine"], "quantization": ["none", "fp4"]},
            "settings": {"model": "smollm2", "k": 3},
            "models": {"mine": "folder"},
            "examples": "solved.jsonl",
        },
        tmp_path,
    )
    recipe = plan.recipe({"few_shot": 2, "embedder": "mine", "quantization": "fp4"})
    assert (recipe.embedder, recipe.quantization, recipe.k, len(recipe.examples)) == (str(tmp_path / "folder"), "fp4", 3, 2)
    assert plan.recipe({"few_shot": 2, "embedder": "e5", "quantization": "none"}).examples == recipe.examples
    drawn = {plan.recipe({"few_shot": 2}, replicate).examples for replicate in range(6)}
    assert len(drawn) > 1
    with pytest.raises(UsageError, match="9 of 5"):
        plan.recipe({"few_shot": 9})
    (tmp_path / "solved.jsonl").write_text('{"question": "q"}\n')
    with pytest.raises(UsageError, match="line 1: sentences"):
        plan.recipe({"few_shot": 1})


def test_a_settings_file_is_read_as_it_was_written(tmp_path):
    recipe = Recipe(chunk_size=64, retrieval="dense", model="smollm2", prompt_language="fr")
    recipe.save(tmp_path / "settings.json", about={"goal": "f1"})
    assert Recipe.load(tmp_path / "settings.json") == recipe
    for content, says in [("{}", "format"), ('{"format": 1, "settings": {"size": 3}}', "size"), ("[", "JSON")]:
        (tmp_path / "other.json").write_text(content)
        with pytest.raises(UsageError, match=says):
            Recipe.load(tmp_path / "other.json")
