// Every word of the page, in two languages. A text with a hole is a function.

const EN = {
  other_language: "한국어", password: "Password", enter: "Enter", logout: "Log out", close: "Close", no: "No",
  no_password: "No password is set, so only this machine gets in. To set one: sandglass operate --set-password",
  with_password: "The operator's console",
  wrong_password: "That is not the password.",
  wait: (s) => `Too many attempts. Try again in ${s} s.`,
  cannot: "The console does not answer.",
  lost: "Connection to the console lost. Nothing below is up to date. Trying again …",
  walls: "Walls", stations: "Stations", machines: "Machines", visitors: "Visitors",
  no_walls: "No wall has been found yet. Walls show up here within seconds of being switched on.",
  display: "Wall", input: "Station", machine: "Machine", operate: "Console",
  all_well: (n) => `${n} nodes, all well`, some_unsure: (n) => `Look at: ${n}`, some_bad: (n) => `Down: ${n}`,
  nobody: "Looking for nodes …",
  // how a node is
  well: "Well", starting: "Starting", slow: "Slow to answer", unheard: "Beats do not arrive", stopped: "Stopped",
  unsupervised: "No supervisor", frozen: "Frozen", hung: "Frozen: does not answer", dead: "Dead: process has ended",
  gone: "Gone: no sign of it",
  // facts
  contact: "Last contact", frame: "Frame", rate: "Frames/s", queue: "Queue", today: "Visitors today",
  temperature: "Temperature", step: "In step", program: "Process", answers: "Its wall", phase: "Now",
  opening: "Gallery", load: "Load", disk: "Disk free", up: "Up", no_picture: "no frame yet",
  ago: (t) => `${t} ago`, now: "now", never: "never", presented: (t) => `presented ${t} ago`,
  seconds: (s) => `${s} s`, minutes: (m) => `${m} min`, hours: (h) => `${h} h`, days: (d) => `${d} d`,
  alone: "alone", same: "yes", apart: "not the same show", unsure_step: (n) => `unsure: ${n}`,
  within: (ms) => `± ${ms} ms`,
  no_keeper: "no keeper", no_report: "The keeper has not reported yet.", unreachable_wall: "not reached",
  prefers: (w) => `prefers ${w}`,
  open: "Open", closed: "Closed", unknown: "Open (clock not set)", until: (t) => `until ${t}`,
  RUNNING: "running", STARTING: "starting", STOPPED: "stopped", BACKOFF: "fails, tries again", EXITED: "ended",
  STOPPING: "stopping", FATAL: "given up", UNKNOWN: "unknown",
  idle: "Invitation", drawing: "Somebody draws", touring: "Tour", answered: "Answer", paused: "Paused",
  at_drawing: "Ready", at_sending: "Sending", at_waiting: "Waits for the wall", at_shown: "Shows the answer",
  at_: "–", blacked: "Blackout",
  of_group: (g) => `group “${g}”`,
  // controls
  all_walls: "All walls", steer: "Steer", play: "Play", pause: "Pause", next: "Next chapter", onward: "Next", blackout: "Blackout",
  light: "Light", restart: "Restart", start: "Start", stop: "Stop", log: "Log", forget: "Forget",
  seek: "Time", speed: "Speed", volume: "Volume", exhibit: "Exhibit", form: "Tour", language: "Language",
  captions: "Captions", reset: "Reset", on: "on", off: "off", mixed: "differs", more: "All controls",
  auto: "as it suits", full: "full", short: "short", en: "English", ko: "한국어", "en+ko": "English + 한국어",
  "ko+en": "한국어 + English", convolution: "Convolution", invitation: "Invitation", listening: "Listening",
  start_again: "Start again",
  sure_restart: (n) => `Restart ${n}? It is back within seconds.`,
  sure_stop: (n) => `Stop ${n}? It stays off until it is started again.`,
  sure_reset: (n) => `Reset ${n}? Everything that was chosen goes back to the config file's.`,
  sure_dark: (n) => `Darken ${n}?`,
  // what became of it
  sending_it: (v, n) => `${v} → ${n} …`, is_done: (v, n) => `${n}: ${v} – done`,
  is_sent: (v, n) => `${n}: ${v} – sent, but nothing changed`,
  is_unreachable: (v, n) => `${n}: ${v} – not reachable`,
  is_closed: (v, n) => `${n}: ${v} – it takes no orders from this console`,
  is_refused: (v, n) => `${n}: ${v} – refused`,
  log_of: (p, m) => `${p} on ${m}`, log_late: "The keeper did not answer.", loading: "…",
  // plot
  csv: "Download as CSV", sessions: "sessions", submits: "drawings read", doubts: "doubts", no_visits: "Nobody has been counted yet.",
  today_is: (n) => `${n} today`, dwell: (t) => `${t} each`,
};

const KO = {
  other_language: "English", password: "비밀번호", enter: "들어가기", logout: "로그아웃", close: "닫기", no: "아니요",
  no_password: "비밀번호가 없어 이 기기에서만 열립니다. 설정: sandglass operate --set-password",
  with_password: "운영자 콘솔",
  wrong_password: "비밀번호가 맞지 않습니다.",
  wait: (s) => `시도가 너무 많습니다. ${s}초 뒤에 다시 해 주세요.`,
  cannot: "콘솔이 응답하지 않습니다.",
  lost: "콘솔과 연결이 끊겼습니다. 아래 내용은 최신이 아닙니다. 다시 연결하는 중 …",
  walls: "벽", stations: "그리는 곳", machines: "컴퓨터", visitors: "관람객",
  no_walls: "아직 찾은 벽이 없습니다. 벽을 켜면 몇 초 안에 나타납니다.",
  display: "벽", input: "그리는 곳", machine: "컴퓨터", operate: "콘솔",
  all_well: (n) => `${n}대 모두 정상`, some_unsure: (n) => `확인 ${n}`, some_bad: (n) => `이상 ${n}`,
  nobody: "노드를 찾는 중 …",
  well: "정상", starting: "시작하는 중", slow: "응답이 느림", unheard: "신호가 오지 않음", stopped: "멈춰 둠",
  unsupervised: "감독 프로그램 없음", frozen: "화면 멈춤", hung: "멈춤: 응답 없음", dead: "종료됨: 프로세스 없음",
  gone: "사라짐: 아무 신호 없음",
  contact: "마지막 연락", frame: "화면", rate: "초당 화면", queue: "대기", today: "오늘 관람객",
  temperature: "온도", step: "맞춤", program: "프로세스", answers: "답하는 벽", phase: "지금",
  opening: "전시", load: "부하", disk: "남은 디스크", up: "가동", no_picture: "아직 화면 없음",
  ago: (t) => `${t} 전`, now: "지금", never: "없음", presented: (t) => `${t} 전 화면`,
  seconds: (s) => `${s}초`, minutes: (m) => `${m}분`, hours: (h) => `${h}시간`, days: (d) => `${d}일`,
  alone: "혼자", same: "예", apart: "다른 장면", unsure_step: (n) => `불확실: ${n}`,
  within: (ms) => `± ${ms} ms`,
  no_keeper: "관리자 없음", no_report: "아직 보고가 없습니다.", unreachable_wall: "연결 안 됨",
  prefers: (w) => `우선 ${w}`,
  open: "열림", closed: "닫힘", unknown: "열림 (시계 미설정)", until: (t) => `${t}까지`,
  RUNNING: "실행 중", STARTING: "시작 중", STOPPED: "멈춤", BACKOFF: "실패, 재시도", EXITED: "끝남",
  STOPPING: "멈추는 중", FATAL: "포기함", UNKNOWN: "알 수 없음",
  idle: "초대 화면", drawing: "그리는 중", touring: "투어", answered: "답", paused: "일시정지",
  at_drawing: "준비됨", at_sending: "보내는 중", at_waiting: "벽을 기다림", at_shown: "답 표시",
  at_: "–", blacked: "암전",
  of_group: (g) => `그룹 “${g}”`,
  all_walls: "모든 벽", steer: "조종", play: "재생", pause: "일시정지", next: "다음 장", onward: "다음", blackout: "암전",
  light: "켜기", restart: "다시 시작", start: "시작", stop: "멈추기", log: "기록", forget: "지우기",
  seek: "시간", speed: "속도", volume: "음량", exhibit: "전시물", form: "투어", language: "언어",
  captions: "자막", reset: "초기화", on: "켬", off: "끔", mixed: "서로 다름", more: "모든 조작",
  auto: "알맞게", full: "전체", short: "짧게", en: "English", ko: "한국어", "en+ko": "English + 한국어",
  "ko+en": "한국어 + English", convolution: "합성곱", invitation: "초대 화면", listening: "듣는 화면",
  start_again: "처음부터",
  sure_restart: (n) => `${n}: 다시 시작할까요? 몇 초 뒤에 돌아옵니다.`,
  sure_stop: (n) => `${n}: 멈출까요? 다시 시작할 때까지 꺼져 있습니다.`,
  sure_reset: (n) => `${n}: 초기화할까요? 바꾼 것이 모두 설정 파일대로 돌아갑니다.`,
  sure_dark: (n) => `${n}: 암전할까요?`,
  sending_it: (v, n) => `${n}: ${v} …`, is_done: (v, n) => `${n}: ${v} – 완료`,
  is_sent: (v, n) => `${n}: ${v} – 보냈지만 바뀐 것이 없음`,
  is_unreachable: (v, n) => `${n}: ${v} – 연결할 수 없음`,
  is_closed: (v, n) => `${n}: ${v} – 이 콘솔의 명령을 받지 않음`,
  is_refused: (v, n) => `${n}: ${v} – 거절됨`,
  log_of: (p, m) => `${m}의 ${p}`, log_late: "관리자가 응답하지 않았습니다.", loading: "…",
  csv: "CSV로 받기", sessions: "방문", submits: "읽은 그림", doubts: "의심", no_visits: "아직 센 관람객이 없습니다.",
  today_is: (n) => `오늘 ${n}`, dwell: (t) => `한 번에 ${t}`,
};

export let language = "en";

export function speak(code) {
  language = code === "ko" ? "ko" : "en";
  document.documentElement.lang = language;
  for (const place of document.querySelectorAll("[data-word]")) place.textContent = t(place.dataset.word);
}

// A word; whatever has none (a name that a node gave) is shown as it is.
export function t(key, ...values) {
  const words = language === "ko" ? KO : EN;
  const found = Object.hasOwn(words, key) ? words[key] : String(key ?? "");
  return typeof found === "function" ? found(...values) : found;
}

export function span(seconds) {
  if (seconds < 9.95) return t("seconds", seconds.toFixed(1));
  if (seconds < 120) return t("seconds", Math.round(seconds));
  if (seconds < 7200) return t("minutes", Math.round(seconds / 60));
  if (seconds < 172800) return t("hours", Math.round(seconds / 3600));
  return t("days", Math.round(seconds / 86400));
}
