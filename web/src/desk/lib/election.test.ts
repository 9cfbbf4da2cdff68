import { expect, test } from 'vitest';
import { electionOf, formOf, isTime, isYears, timesOf } from './election';

const now = {
  key: '2027-01-01', names: { az: 'Seçki', en: 'Election', ru: 'Выборы' }, date: '2027-01-01', time_zone: 'Asia/Baku', sample: false,
  plan: { on_air: '07:30', empty_boxes: '07:50', voting_from: '08:00', voting_to: '19:00', turnout: ['10:00', '12:00'] },
  policy: { sound: false, rewind_on_day: true, archive_public_after: false, retention_years: 5 },
};

test('a form that was not touched is the same election, with what it does not show', () => {
  expect(electionOf(now, formOf(now))).toEqual(now);
});

test('an election of several days keeps its nights and its times', () => {
  const several = { ...now, plan: { ...now.plan, voting_to: 'day 2 19:00', turnout: ['10:00', 'day 2 10:00', 'day 2 12:00'], nights: [{ from: '20:00', to: 'day 2 08:00' }] } };
  expect(electionOf(several, formOf(several))).toEqual(several);
  expect(timesOf(' 10:00 12:00;day 2 10:00,  day 2 12:00')).toEqual(['10:00', '12:00', 'day 2 10:00', 'day 2 12:00']);
});

test('what is typed is what is proposed', () => {
  const form = formOf(now);
  form.times.voting_to = ' 20:00';
  form.turnout = '10:00; 13:30';
  form.rules.sound = 'yes';
  form.years = '7';
  expect(electionOf(now, form)).toEqual({ ...now, plan: { ...now.plan, voting_to: '20:00', turnout: ['10:00', '13:30'] }, policy: { ...now.policy, sound: true, retention_years: 7 } });
});

test('times and years have their form', () => {
  for (const good of ['07:30', '25:10', '48:00', 'day 2 01:10']) expect(isTime(good), good).toBe(true);
  for (const wrong of ['', '7:30', 'day 0 07:30', 'day 2 25:00', 'day 2', '07:60', '48:01', '50:00', '07:30:00']) expect(isTime(wrong), wrong).toBe(false);
  expect(['1', '100', '0', '101', '1.5', ''].map(isYears)).toEqual([true, true, false, false, false, false]);
});
