// Every text of the page, in English and Indonesian. Both languages have the same keys and the
// same {placeholders}; tests/web/test_page.py compares them. Texts about a finding come from the
// server, in the language asked for. A key that ends in _one is used when the count is one.

export const TEXT = {
  en: {
    page_title: "Patok: geotags on the area frame",
    skip_to_list: "Skip to the list",
    skip_to_map: "Skip to the map",
    language: "Language",
    campaign: "Campaign",
    release: "Release {label} (no. {number})",
    release_none: "no release yet",
    loading: "Loading…",
    try_again: "Try again",
    close: "Close",

    summary_title: "Summary",
    scope_all: "All areas",
    breadcrumb: "Where you are",
    geotags: "{n} geotags",
    geotags_one: "{n} geotag",
    flagged_of_all: "{share} flagged",
    accepted: "Accepted",
    review: "To review",
    rejected: "Rejected",
    not_assessed: "Not assessed",
    bar_label: "Accepted {accepted}, to review {review}, rejected {rejected}, not assessed {not_assessed}",
    summary_empty: "No geotags here yet.",

    views: "Views",
    tab_areas: "Areas",
    tab_findings: "Findings",
    areas_caption: "{level} by share of flagged geotags",
    column_area: "Area",
    column_geotags: "Geotags",
    column_flagged: "Flagged",
    open_area: "Open {name}",
    areas_empty: "No areas at this level. Load a layer of this level and publish a release, or go up one level.",
    areas_shown: "{n} areas listed.",
    more: "Show more",
    level_prov: "Provinces",
    level_kab: "Kabupaten/kota",
    level_kec: "Kecamatan",
    level_desa: "Villages (desa)",
    level_sls: "SLS",
    level_subsls: "Sub-SLS",

    filters: "Filter the findings",
    filter_code: "Kind of finding",
    filter_code_all: "All kinds",
    filter_severity: "Severity",
    filter_severity_all: "All",
    findings_shown: "{n} findings listed.",
    findings_shown_more: "{n} findings listed, more can be shown.",
    findings_empty: "No findings here. Every geotag that was assessed passed its checks.",
    findings_empty_filter: "No findings match this filter. Choose another kind, severity or area.",
    severity_error: "Error",
    severity_review: "Review",
    severity_info: "Info",

    distance_inside: "{distance} inside",
    distance_outside: "{distance} outside",
    probability_of: "probability of lying in its area {probability}",
    probability_below: "below 1 %",
    probability_about: "about {percent} %",
    probability_above: "above 99 %",
    position_unknown: "position not assessed",

    panel_title: "Household {key}",
    panel_geotag: "Geotag",
    stat_distance: "Distance to its area",
    stat_probability: "Probability of lying in its area",
    assigned_area: "Assigned area",
    area_code: "Code",
    building: "Building",
    accuracy: "Accuracy",
    accuracy_value: "{distance} (68 % radius)",
    captured_at: "Captured",
    enumerator: "Enumerator",
    unknown: "not recorded",
    unknown_area: "not in this release",
    remedy: "What to do",
    candidates: "Areas it may belong to",
    column_distance: "Distance",
    column_probability: "Probability",
    relation_other_subsls: "same SLS",
    relation_one_digit: "one digit of the code differs",
    relation_same_desa: "same village",
    relation_other_desa: "other village",
    relation_other_kec: "other kecamatan",
    relation_other_kab: "other kabupaten/kota",
    panel_findings: "Findings",
    panel_no_findings: "No findings for this geotag.",
    panel_not_assessed: "Checks that were not assessed ({n})",
    show_area: "Show this area",

    siblings: "Geotags at this place",
    sibling_previous: "Previous geotag",
    sibling_next: "Next geotag",
    sibling_at: "{at} of {n} here",
    without_area: "{n} of them are assigned to an area that is not in this release, so the table does not count them.",
    problem_tile_full: "This part of the map holds too many geotags to draw. Zoom in, or choose one kind or severity of finding.",

    map_label: "Map of areas and of geotags with findings",
    map_help: "Use the arrow keys to move the map and + or - to zoom. Everything on the map is also in the list.",
    map_loading: "Drawing the map…",
    zoom_in: "Zoom in",
    zoom_out: "Zoom out",
    zoom_all: "Show the whole area",
    to_map: "Map",
    to_list: "List",
    legend: "Legend",
    legend_share: "Flagged geotags, % of an area's geotags",
    legend_no_geotags: "no geotags",
    legend_points: "Geotags with findings",
    legend_leader: "shortest way to its area",
    legend_accuracy: "accuracy (68 %)",
    tooltip_share: "{flagged} of {geotags} flagged ({share})",
    tooltip_none: "no geotags",

    problem_unreachable: "The Patok server does not answer. Check that it is running (patok serve) and that this machine reaches it, then try again.",
    problem_server: "The server could not answer this: {detail} Try again; if it stays so, tell whoever runs the server.",
    problem_missing: "This is no longer there: {detail} Choose another area or campaign.",
    problem_refused: "The server did not accept this request: {detail}",
    problem_map_library: "The map component is not installed, so the lists are shown without a map. Run bin/demo once: it installs the component.",
    problem_webgl: "This browser cannot draw the map (WebGL is off), so the lists are shown without it. Turn on hardware acceleration in the browser's settings or use another browser.",
    problem_tiles: "Part of the map could not be loaded. Check the connection to the server and try again.",
    no_campaigns: "There is no campaign yet. Create one with “patok campaign create”, load geotags with “patok geotags load”, then load this page again.",
    no_release: "No geotag of this campaign has been checked yet. Publish a release with “patok frame publish” and load geotags with “patok geotags load”, then load this page again.",

    token_title: "Access key",
    token_text: "This server shows household positions only to those who hold an access key. At the machine itself, open the link that the server printed when it started. Elsewhere, ask whoever runs the server for a key; it is kept in this browser tab only, until the tab is closed.",
    token_label: "Access key",
    token_submit: "Continue",
    token_refused: "That key was not accepted. Check that it was copied whole and has not ended, and try again.",
  },

  id: {
    page_title: "Patok: geotag pada kerangka wilayah",
    skip_to_list: "Langsung ke daftar",
    skip_to_map: "Langsung ke peta",
    language: "Bahasa",
    campaign: "Kegiatan",
    release: "Rilis {label} (no. {number})",
    release_none: "belum ada rilis",
    loading: "Memuat…",
    try_again: "Coba lagi",
    close: "Tutup",

    summary_title: "Ringkasan",
    scope_all: "Semua wilayah",
    breadcrumb: "Posisi Anda",
    geotags: "{n} geotag",
    geotags_one: "{n} geotag",
    flagged_of_all: "{share} ditandai",
    accepted: "Diterima",
    review: "Perlu ditinjau",
    rejected: "Ditolak",
    not_assessed: "Belum dinilai",
    bar_label: "Diterima {accepted}, perlu ditinjau {review}, ditolak {rejected}, belum dinilai {not_assessed}",
    summary_empty: "Belum ada geotag di sini.",

    views: "Tampilan",
    tab_areas: "Wilayah",
    tab_findings: "Temuan",
    areas_caption: "{level} menurut porsi geotag yang ditandai",
    column_area: "Wilayah",
    column_geotags: "Geotag",
    column_flagged: "Ditandai",
    open_area: "Buka {name}",
    areas_empty: "Tidak ada wilayah pada tingkat ini. Muat lapisan tingkat ini dan terbitkan rilis, atau naik satu tingkat.",
    areas_shown: "{n} wilayah tercantum.",
    more: "Tampilkan lagi",
    level_prov: "Provinsi",
    level_kab: "Kabupaten/kota",
    level_kec: "Kecamatan",
    level_desa: "Desa/kelurahan",
    level_sls: "SLS",
    level_subsls: "Sub-SLS",

    filters: "Saring temuan",
    filter_code: "Jenis temuan",
    filter_code_all: "Semua jenis",
    filter_severity: "Tingkat keparahan",
    filter_severity_all: "Semua",
    findings_shown: "{n} temuan tercantum.",
    findings_shown_more: "{n} temuan tercantum, masih ada yang lain.",
    findings_empty: "Tidak ada temuan di sini. Semua geotag yang dinilai lolos pemeriksaan.",
    findings_empty_filter: "Tidak ada temuan yang cocok dengan saringan ini. Pilih jenis, tingkat keparahan, atau wilayah lain.",
    severity_error: "Kesalahan",
    severity_review: "Tinjau",
    severity_info: "Catatan",

    distance_inside: "{distance} di dalam",
    distance_outside: "{distance} di luar",
    probability_of: "peluang berada di wilayahnya {probability}",
    probability_below: "di bawah 1 %",
    probability_about: "sekitar {percent} %",
    probability_above: "di atas 99 %",
    position_unknown: "posisi belum dinilai",

    panel_title: "Keluarga {key}",
    panel_geotag: "Geotag",
    stat_distance: "Jarak ke wilayahnya",
    stat_probability: "Peluang berada di wilayahnya",
    assigned_area: "Wilayah tugas",
    area_code: "Kode",
    building: "Bangunan",
    accuracy: "Akurasi",
    accuracy_value: "{distance} (radius 68 %)",
    captured_at: "Direkam",
    enumerator: "Pencacah",
    unknown: "tidak tercatat",
    unknown_area: "tidak ada dalam rilis ini",
    remedy: "Tindak lanjut",
    candidates: "Wilayah yang mungkin",
    column_distance: "Jarak",
    column_probability: "Peluang",
    relation_other_subsls: "SLS yang sama",
    relation_one_digit: "kodenya beda satu angka",
    relation_same_desa: "desa yang sama",
    relation_other_desa: "desa lain",
    relation_other_kec: "kecamatan lain",
    relation_other_kab: "kabupaten/kota lain",
    panel_findings: "Temuan",
    panel_no_findings: "Tidak ada temuan untuk geotag ini.",
    panel_not_assessed: "Pemeriksaan yang belum dinilai ({n})",
    show_area: "Lihat wilayah ini",

    siblings: "Geotag di tempat ini",
    sibling_previous: "Geotag sebelumnya",
    sibling_next: "Geotag berikutnya",
    sibling_at: "{at} dari {n} di sini",
    without_area: "{n} di antaranya memiliki wilayah tugas yang tidak ada dalam rilis ini, sehingga tidak dihitung dalam tabel.",
    problem_tile_full: "Bagian peta ini memuat terlalu banyak geotag untuk digambar. Perbesar peta, atau pilih satu jenis atau tingkat keparahan temuan.",

    map_label: "Peta wilayah dan geotag dengan temuan",
    map_help: "Gunakan tombol panah untuk menggeser peta dan + atau - untuk memperbesar atau memperkecil. Semua isi peta juga ada dalam daftar.",
    map_loading: "Menggambar peta…",
    zoom_in: "Perbesar",
    zoom_out: "Perkecil",
    zoom_all: "Tampilkan seluruh wilayah",
    to_map: "Peta",
    to_list: "Daftar",
    legend: "Keterangan peta",
    legend_share: "Geotag ditandai, % dari geotag wilayah",
    legend_no_geotags: "tanpa geotag",
    legend_points: "Geotag dengan temuan",
    legend_leader: "jarak terpendek ke wilayahnya",
    legend_accuracy: "akurasi (68 %)",
    tooltip_share: "{flagged} dari {geotags} ditandai ({share})",
    tooltip_none: "tanpa geotag",

    problem_unreachable: "Server Patok tidak menjawab. Pastikan server berjalan (patok serve) dan terjangkau dari komputer ini, lalu coba lagi.",
    problem_server: "Server tidak dapat menjawab: {detail} Coba lagi; jika tetap begitu, beri tahu pengelola server.",
    problem_missing: "Yang diminta sudah tidak ada: {detail} Pilih wilayah atau kegiatan lain.",
    problem_refused: "Server tidak menerima permintaan ini: {detail}",
    problem_map_library: "Komponen peta belum terpasang, sehingga daftar tampil tanpa peta. Jalankan bin/demo sekali untuk memasangnya.",
    problem_webgl: "Peramban ini tidak dapat menggambar peta (WebGL mati), sehingga daftar tampil tanpa peta. Nyalakan akselerasi perangkat keras di pengaturan peramban atau gunakan peramban lain.",
    problem_tiles: "Sebagian peta tidak dapat dimuat. Periksa sambungan ke server lalu coba lagi.",
    no_campaigns: "Belum ada kegiatan. Buat dengan “patok campaign create”, muat geotag dengan “patok geotags load”, lalu muat ulang halaman ini.",
    no_release: "Belum ada geotag kegiatan ini yang diperiksa. Terbitkan rilis dengan “patok frame publish” dan muat geotag dengan “patok geotags load”, lalu muat ulang halaman ini.",

    token_title: "Kunci akses",
    token_text: "Server ini hanya menampilkan posisi keluarga kepada pemegang kunci akses. Di mesin itu sendiri, buka tautan yang ditampilkan server saat dimulai. Di tempat lain, mintalah kunci kepada pengelola server; kunci disimpan hanya di tab peramban ini sampai tab ditutup.",
    token_label: "Kunci akses",
    token_submit: "Lanjutkan",
    token_refused: "Kunci itu tidak diterima. Pastikan disalin utuh dan masih berlaku, lalu coba lagi.",
  },
};

export const LANGUAGES = ["id", "en"];
const STORED_AS = "patok.language";

let language = firstLanguage();

// What was chosen before; else the first language of the browser that Patok speaks; else Indonesian.
function firstLanguage() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(STORED_AS);
  } catch {
    // Storage may be forbidden; then the choice lasts as long as the page.
  }
  const spoken = (navigator.languages ?? []).map((tag) => tag.slice(0, 2).toLowerCase());
  return [chosen, ...spoken].find((tag) => LANGUAGES.includes(tag)) ?? "id";
}

export function currentLanguage() {
  return language;
}

export function chooseLanguage(tag) {
  language = LANGUAGES.includes(tag) ? tag : "id";
  try {
    localStorage.setItem(STORED_AS, language);
  } catch {
    // As above.
  }
}

// The text of `key` in the chosen language with its placeholders filled.
export function say(key, values = {}) {
  const texts = TEXT[language];
  const template = values.count === 1 && texts[`${key}_one`] !== undefined ? texts[`${key}_one`] : texts[key];
  if (template === undefined) throw new Error(`there is no text ${key}`);
  // A number and its sign stay on one line.
  return template.replace(/\{(\w+)\}/g, (_, name) => String(values[name])).replaceAll(" %", "\u00a0%");
}

export function hasText(key) {
  return TEXT[language][key] !== undefined;
}
