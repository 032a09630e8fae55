"""The situations of every leaf of the taxonomy, by language. One module per leaf.

A situation is filed by what its document is for. Words of other leaves belong into it: a claim with a bill attached, a
complaint about a cancellation, a summons that quotes an expert.
"""

from collections.abc import Mapping

from tools.letters.grammar import Situation
from tools.letters.leaves import (
    amendment,
    cancellation,
    change_of_details,
    complaint,
    court_summons,
    expert_assessment,
    information_request,
    liability,
    medical_certificate,
    medical_expenses,
    motor_damage,
    payment_reminder,
    policy_conditions,
    policy_schedule,
    premium_invoice,
    repair_estimate,
    settlement_agreement,
    supplier_invoice,
    theft,
    water_damage,
)

LEAVES: dict[tuple[str, str], Mapping[str, tuple[Situation, ...]]] = {
    ("claims", "motor damage"): motor_damage.SITUATIONS,
    ("claims", "water damage"): water_damage.SITUATIONS,
    ("claims", "theft"): theft.SITUATIONS,
    ("claims", "liability"): liability.SITUATIONS,
    ("claims", "medical expenses"): medical_expenses.SITUATIONS,
    ("policies", "policy schedule"): policy_schedule.SITUATIONS,
    ("policies", "policy conditions"): policy_conditions.SITUATIONS,
    ("policies", "amendment"): amendment.SITUATIONS,
    ("policies", "cancellation"): cancellation.SITUATIONS,
    ("billing", "premium invoice"): premium_invoice.SITUATIONS,
    ("billing", "payment reminder"): payment_reminder.SITUATIONS,
    ("billing", "supplier invoice"): supplier_invoice.SITUATIONS,
    ("correspondence", "complaint"): complaint.SITUATIONS,
    ("correspondence", "information request"): information_request.SITUATIONS,
    ("correspondence", "change of details"): change_of_details.SITUATIONS,
    ("reports", "expert assessment"): expert_assessment.SITUATIONS,
    ("reports", "repair estimate"): repair_estimate.SITUATIONS,
    ("reports", "medical certificate"): medical_certificate.SITUATIONS,
    ("legal", "court summons"): court_summons.SITUATIONS,
    ("legal", "settlement agreement"): settlement_agreement.SITUATIONS,
}
