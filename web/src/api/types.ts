/** The API's shapes by the names that the pages use. All come from its description; nothing is written by hand. */
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type Action = Schemas["Action"];
export type Event = Schemas["Event"];
export type Outlook = Schemas["Outlook"];
export type Stage = Schemas["Stage"];
export type Experiment = Schemas["Experiment"];
export type Flavour = Schemas["Flavour"];
export type Idle = Schemas["Idle"];
export type Image = Schemas["Image"];
export type Instance = Schemas["Instance"];
export type InstanceDetail = Schemas["InstanceDetail"];
export type InstancePage = Schemas["InstancePage"];
export type MachineFacts = Schemas["Machine"];
export type Me = Schemas["Me"];
export type MountModes = Schemas["Mounts"];
export type NewInstance = Schemas["NewInstance"];
export type Phase = Instance["phase"];
export type ProgressStep = Schemas["ProgressStep"];
export type Right = Schemas["TicketWish"]["right"];
export type Ticket = Schemas["Ticket"];
export type Told = Schemas["Told"];
export type Workspace = Schemas["Workspace"];
