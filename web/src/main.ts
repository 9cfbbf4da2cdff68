import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/search.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { election } from './lib/election.svelte';

const target = document.getElementById('app');
if (target) {
  election.start();
  mount(App, { target });
}
