/*
 * For browsers that are too old for these pages: says so in the page's language, beside the still pictures. Written so that
 * they understand it. Browsers in which the page has begun are left alone. Which ones are old: docs/guide/site.md.
 */
(function () {
  'use strict';

  var RENEW_MS = 60000;
  var STATIONS = 12;
  var TEXTS = {
    az: 'Bu brauzer canlı görüntü üçün çox köhnədir: Chrome 90, Firefox 90, Safari 15.4 və ya daha yenisi lazımdır. Buradakı kadrlar dəqiqədə bir dəfə yenilənir.',
    en: 'This browser is too old for the live picture: it needs Chrome 90, Firefox 90, Safari 15.4 or newer. The still pictures here are renewed once a minute.',
    ru: 'Этот браузер слишком стар для прямого эфира: нужен Chrome 90, Firefox 90, Safari 15.4 или новее. Кадры здесь обновляются раз в минуту.'
  };
  var root = document.documentElement;
  var lang = TEXTS[root.lang] ? root.lang : 'az';

  /** What one of them lacks: scripts as modules, or what came with the oldest that is enough. A line that fails is not age. */
  function isOld() {
    var modules = 'noModule' in document.createElement('script');
    return !modules || !window.AbortController || !String.prototype.replaceAll || !(Array.prototype.at || window.chrome);
  }

  function made(name, text) {
    var element = document.createElement(name);
    if (text) element.textContent = text;
    return element;
  }

  function still(station) {
    var line = made('p');
    var link = made('a', station.id + ' ' + station.venue);
    link.href = (lang === 'az' ? '' : '/' + lang) + '/stations/' + station.id;
    line.appendChild(link);
    var camera = station.cameras[0];
    if (camera) {
      var picture = made('img');
      picture.src = '/still/' + camera.id + '.jpg';
      picture.alt = '';
      picture.width = 320;
      line.appendChild(made('br'));
      line.appendChild(picture);
    }
    return line;
  }

  /** Stations on air with their stills, where the page itself shows none. */
  function addStations(place) {
    var request = new XMLHttpRequest();
    request.onload = function () {
      if (request.status !== 200) return;
      var items = JSON.parse(request.responseText).items;
      for (var n = 0; n < items.length; n++) place.appendChild(still(items[n]));
    };
    request.open('GET', '/api/v1/stations?state=live&limit=' + STATIONS);
    request.send();
  }

  function tell() {
    if (root.getAttribute('data-begun') !== null || !isOld()) return;
    root.setAttribute('data-older', '');
    var place = document.querySelector('main') || document.body;
    var words = made('p', TEXTS[lang]);
    words.className = 'page';
    words.setAttribute('role', 'alert');
    place.insertBefore(words, place.firstChild);
    var waiting = document.querySelectorAll('.early .bar-top');
    for (var n = 0; n < waiting.length; n++) waiting[n].parentNode.removeChild(waiting[n]);
    if (!document.querySelector('img.poster')) {
      var list = made('div');
      list.className = 'page';
      place.insertBefore(list, words.nextSibling);
      addStations(list);
    }
    setTimeout(function () { location.reload(); }, RENEW_MS);
  }

  if (document.readyState === 'complete') tell();
  else window.addEventListener('load', tell);
})();
