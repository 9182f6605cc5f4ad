"""Campaigns: many statements, data and widths on trial, in parallel, into a store that survives a crash."""

from boundkit.campaign.run import Reached, cell_key, run_campaign
from boundkit.campaign.spec import Campaign, Cell, campaign, read_campaign
from boundkit.campaign.store import Store
from boundkit.campaign.summary import compared_widths, foreign, summarise

__all__ = [
    "Campaign",
    "Cell",
    "Reached",
    "Store",
    "campaign",
    "cell_key",
    "compared_widths",
    "foreign",
    "read_campaign",
    "run_campaign",
    "summarise",
]
