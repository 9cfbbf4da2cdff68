/** Small helps for forms. */

import { tick } from 'svelte';

/** After something was refused: the focus goes to the first field that is not right. */
export async function toFault(within: HTMLElement | null | undefined): Promise<void> {
  await tick();
  const first = within?.querySelector<HTMLElement>('[aria-invalid="true"], [data-fault]');
  (first?.matches('fieldset') ? first.querySelector<HTMLElement>('input') : first)?.focus();
}

/** What was written, as one line: reasons are kept as such. */
export const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

/** The numbers of `7, 12, 16`, sorted, each once; null for none (all), false for what is no such list. */
export function numbersOf(text: string): number[] | null | false {
  const parts = text.split(/[,;\s]+/).filter(Boolean);
  if (parts.length === 0) return null;
  if (!parts.every((part) => /^[1-9]\d{0,4}$/.test(part))) return false;
  return [...new Set(parts.map(Number))].sort((a, b) => a - b);
}

/** A user name, as the desk lets one be chosen. */
export const isUserName = (text: string) => /^[a-z][a-z0-9._-]{1,31}$/.test(text);

/** Saves something as a file. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}

/** Saves a text as a file. */
export const saveText = (name: string, text: string) => saveFile(name, new Blob([text], { type: 'text/plain;charset=utf-8' }));
