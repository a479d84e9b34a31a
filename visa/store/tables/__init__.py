"""All tables. Import them from here."""

from visa.store.tables.catalogue import CatalogueEntry, CloudOffer, CloudUsage, Flavour, Image
from visa.store.tables.desktops import Activity, DesktopSession, Thumbnail, Ticket
from visa.store.tables.facility import Experiment, ExperimentMember, FacilityPerson, Instrument, InstrumentScientist
from visa.store.tables.guests import GuestReport, GuestToken
from visa.store.tables.instances import Instance, InstanceExperiment, InstanceStatus, Workspace, WorkspaceStatus
from visa.store.tables.journal import Event, JobReport
from visa.store.tables.leaks import LeakSeen
from visa.store.tables.people import LinkProposal, LoginAttempt, LoginSession, Person, RoleGrant
from visa.store.tables.policies import PolicyVersion
from visa.store.tables.reclaim import ExtensionRequest, Hold, LivedTime, Notice, Reclaim, ReclaimStop

__all__ = [
    "Activity",
    "CatalogueEntry",
    "CloudOffer",
    "CloudUsage",
    "DesktopSession",
    "Event",
    "Experiment",
    "ExperimentMember",
    "ExtensionRequest",
    "FacilityPerson",
    "Flavour",
    "GuestReport",
    "GuestToken",
    "Hold",
    "Image",
    "Instance",
    "InstanceExperiment",
    "InstanceStatus",
    "Instrument",
    "InstrumentScientist",
    "JobReport",
    "LeakSeen",
    "LinkProposal",
    "LivedTime",
    "LoginAttempt",
    "LoginSession",
    "Notice",
    "Person",
    "PolicyVersion",
    "Reclaim",
    "ReclaimStop",
    "RoleGrant",
    "Thumbnail",
    "Ticket",
    "Workspace",
    "WorkspaceStatus",
]
