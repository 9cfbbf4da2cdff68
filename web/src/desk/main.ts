import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/parts.css';
import './styles/desk.css';
import './styles/view.css';
import './styles/programme.css';
import { mount } from 'svelte';
import Desk from './Desk.svelte';
import { guard } from './lib/drafts.svelte';
import { router } from './lib/router.svelte';

document.documentElement.lang = router.lang;
guard();
const target = document.getElementById('app');
if (target) {
  target.replaceChildren();
  mount(Desk, { target });
}
