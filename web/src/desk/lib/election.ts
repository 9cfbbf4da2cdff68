/** The election as the desk describes it, as a form of texts, and back. */

export const TIMES = ['on_air', 'empty_boxes', 'voting_from', 'voting_to'] as const;
export const RULES = ['sound', 'rewind_on_day', 'archive_public_after'] as const;
export const NAMES = ['az', 'en', 'ru'] as const;
type Time = (typeof TIMES)[number];
type Rule = (typeof RULES)[number];
type NameOf = (typeof NAMES)[number];

/** What is not named here, as the key and whether it is a sample, stays as it is. */
export interface Election {
  names: Record<NameOf, string>; date: string; plan: Record<Time, string> & { turnout: string[] }; policy: Record<Rule, boolean> & { retention_years: number };
}
export interface ElectionForm { names: Record<NameOf, string>; date: string; times: Record<Time, string>; turnout: string; rules: Record<Rule, 'yes' | 'no'>; years: string }

const each = <K extends string, V>(keys: readonly K[], value: (key: K) => V) => Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;

export const formOf = ({ names, date, plan, policy }: Election): ElectionForm => ({
  names: each(NAMES, (one) => names[one]), date, times: each(TIMES, (one) => plan[one]), turnout: plan.turnout.join(', '), rules: each(RULES, (one) => (policy[one] ? 'yes' : 'no')), years: String(policy.retention_years),
});

/** Hours may reach 48: what follows midnight still belongs to the day. The store says `day 2 01:10` for it. */
export const isTime = (text: string) => /^(([0-3]\d|4[0-7]):[0-5]\d|48:00|day [1-8] ([01]\d|2[0-3]):[0-5]\d)$/.test(text.trim());
/** Several, with commas or spaces between them; those within a time of a later day, as in `day 2 08:00`, belong to it. */
export const timesOf = (text: string) => text.split(/[,;]\s*|(?<!\bday)(?<!\bday \d)\s+/).filter(Boolean);
export const isYears = (text: string) => /^([1-9]\d?|100)$/.test(text.trim());

/** The election that the form describes; everything else is as in `now`. */
export const electionOf = (now: Election, form: ElectionForm): Election => ({
  ...now, names: { ...now.names, ...each(NAMES, (one) => form.names[one].trim()) }, date: form.date,
  plan: { ...now.plan, ...each(TIMES, (one) => form.times[one].trim()), turnout: timesOf(form.turnout) },
  policy: { ...now.policy, ...each(RULES, (one) => form.rules[one] === 'yes'), retention_years: Number(form.years) },
});
