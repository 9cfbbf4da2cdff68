import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/search.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { election } from './lib/election.svelte';
import { pages } from './lib/ahead';
import { router } from './lib/router.svelte';
import { readPrerendered } from './lib/prerendered';

/** Shows the page in place of what the server rendered of it, once all that it needs is there: nothing flickers, nothing jumps. */
async function start(target: HTMLElement): Promise<void> {
  const marked = (name: string) => target.querySelector(`[data-${name}="yes"]`) !== null;
  election.assume(marked('sample'), marked('rehearsal'));
  election.start();
  const { page } = router.route;
  const first = page === 'home' || page === 'unknown' ? null : await pages[page]().then((loaded) => loaded.default, () => null);
  const typed = target.querySelector<HTMLInputElement>('input[type=search]');
  const kept = typed && { value: typed.value, focused: document.activeElement === typed };
  readPrerendered(target);
  target.replaceChildren();
  mount(App, { target, props: { first } });
  if (kept) giveBack(target, kept);
}

/** What was typed before the script came is not lost. */
function giveBack(target: HTMLElement, { value, focused }: { value: string; focused: boolean }): void {
  const field = target.querySelector<HTMLInputElement>('input[type=search]');
  if (!field) return;
  if (value) {
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  if (focused) field.focus({ preventScroll: true });
}

// Read by public/older.js, which shows a message in browsers that cannot run this.
document.documentElement.dataset['begun'] = '';
const target = document.getElementById('app');
if (target) void start(target);
