(function () {
  'use strict';
  var data = JSON.parse(document.getElementById('data').textContent);
  var say = function (text) { document.getElementById('said').textContent = text; };
  var each = function (list, f) { Array.prototype.forEach.call(list, f); };
  function collect() {
    var answers = {};
    each(document.querySelectorAll('[data-question]'), function (box) {
      var path = box.getAttribute('data-question');
      var before = data.base[path] || {};
      var mark = {};
      Object.keys(before.mark || {}).forEach(function (k) { mark[k] = before.mark[k]; });
      each(box.querySelectorAll('[data-mark]'), function (el) {
        var name = el.getAttribute('data-mark');
        if (el.value) { mark[name] = el.value; } else { delete mark[name]; }
      });
      answers[path] = { value: value(box, before.value || ''), mark: mark };
    });
    return answers;
  }
  function value(box, before) {
    var one = box.querySelector('[data-value]');
    if (one) { return one.type === 'checkbox' ? (one.checked ? 'OK' : '') : one.value; }
    var ticks = box.querySelectorAll('[data-tick]'), places = box.querySelectorAll('[data-place]'), out = [];
    if (!ticks.length && !places.length) { return before; }
    each(ticks, function (el) { if (el.checked) { out.push(el.getAttribute('data-tick')); } });
    each(places, function (el) { if (el.value.trim()) { out.push([Number(el.value), el.getAttribute('data-place')]); } });
    if (places.length) { out = out.sort(function (a, b) { return a[0] - b[0]; }).map(function (p) { return p[1]; }); }
    return out.join(' ');
  }
  function fill(answers) {
    each(document.querySelectorAll('[data-question]'), function (box) {
      var a = answers[box.getAttribute('data-question')];
      if (!a) { return; }
      var words = (a.value || '').split(' ');
      each(box.querySelectorAll('[data-value]'), function (el) {
        if (el.type === 'checkbox') { el.checked = a.value === 'OK'; } else { el.value = a.value || ''; }
      });
      each(box.querySelectorAll('[data-tick]'), function (el) { el.checked = words.indexOf(el.getAttribute('data-tick')) >= 0; });
      each(box.querySelectorAll('[data-place]'), function (el) {
        var n = words.indexOf(el.getAttribute('data-place'));
        el.value = n < 0 ? '' : String(n + 1);
      });
      each(box.querySelectorAll('[data-mark]'), function (el) { el.value = (a.mark || {})[el.getAttribute('data-mark')] || ''; });
    });
  }
  document.getElementById('save').addEventListener('click', function () {
    var out = {};
    Object.keys(data).forEach(function (k) { out[k] = data[k]; });
    out.answers = collect();
    var link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([JSON.stringify(out)], { type: 'application/json' }));
    link.download = 'answers-' + data.sections.join('-').slice(0, 60) + '.json';
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  });
  document.getElementById('open').addEventListener('change', function () {
    var said = this, reader = new FileReader();
    reader.onload = function () {
      try {
        var file = JSON.parse(reader.result);
        if (file.form !== data.form || file.response !== data.response) { throw new Error('another'); }
        fill(file.answers);
        say(said.getAttribute('data-opened'));
      } catch (e) { say(said.getAttribute('data-wrong')); }
    };
    if (this.files[0]) { reader.readAsText(this.files[0]); }
  });
  each(document.querySelectorAll('.script'), function (el) { el.hidden = false; });
})();
