from __future__ import annotations

import torch

from foyerdoc.finetuning.config import TrainingConfig
from foyerdoc.finetuning.training.flat import lay_out
from foyerdoc.finetuning.training.optimizers import make_optimizer


def test_parameters_lie_end_to_end_by_type_and_by_what_they_are() -> None:
    made = torch.Generator().manual_seed(0)
    parameters = {
        "head.weight": torch.randn(3, 5, generator=made),
        "layer.headed": torch.randn(4, generator=made),  # not a head's, whatever its name holds
        "layer.half": torch.randn(7, generator=made).bfloat16(),
        "head.bias": torch.randn(3, generator=made),
    }
    before = {name: tensor.clone() for name, tensor in parameters.items()}
    flats = lay_out({name: tensor.requires_grad_() for name, tensor in parameters.items()})
    assert [(flat.is_head, flat.name) for flat in flats] == [
        (False, "rest float32"),
        (False, "rest bfloat16"),
        (True, "head float32"),
    ]
    for name, tensor in parameters.items():
        torch.testing.assert_close(tensor.detach(), before[name])
    flats[2].values.zero_()
    flats[2].gradient.fill_(2)
    assert not parameters["head.bias"].any()
    assert parameters["head.weight"].grad is not None
    assert parameters["head.weight"].grad.eq(2).all()
    assert parameters["layer.headed"].detach().eq(before["layer.headed"]).all()


def test_a_head_has_a_rate_of_its_own() -> None:
    flats = lay_out({"head.weight": torch.zeros(3), "rest": torch.zeros(3)})
    optimizer = make_optimizer(flats, TrainingConfig(learning_rate=0.1, head_learning_rate=0.7))
    assert [group["peak"] for group in optimizer.param_groups] == [0.1, 0.7]
