# runs: several runs against each other
set multiplot layout 3, 2 columnsfirst margins char 9, char 4, char 4, char 3 \
    spacing char 10, char 3.6
# names stand above all panels, where no curve is
set key at screen 0.5, screen 0.99 center top horizontal
set xrange [from:to]
set yrange [0:105]
set ylabel 'GPUs allocated, '.percent
plot for [i = 1:n] data index sprintf('allocated %d', i) using 1:(100 * $2 / all_gpus[i]) \
    with lines linetype i title label[i]
unset key
set ylabel 'utilization, '.percent
if (has_utilization) {
    plot for [i = 1:n] data index sprintf('utilization %d', i) using 1:2 with lines linetype i
} else {
    set label 1 'utilization was not sampled' at graph 0.5, graph 0.5 center
    plot -1 notitle
    unset label 1
}
set ylabel 'jobs waiting'
set yrange [0:most_waiting < 1 ? 1 : 1.05 * most_waiting]
set xlabel 'time, '.time_unit
plot for [i = 1:n] data index sprintf('waiting %d', i) using 1:2 with lines linetype i

set xtics numeric autofreq
set termoption enhanced
set logscale x
set format x powers
set yrange [0:100]
set ylabel 'jobs at or below, '.percent
late(x) = x < 1 ? 1 : x
wide(x) = x < 10 ? 10 : x
empty = 'set label 1 word at graph 0.5, graph 0.5 center; set xrange [1:10]; plot -1 notitle;' \
    .'unset label 1'
set xlabel 'completion time, s' offset 0, 0.4
if (completed == 0) {
    word = 'no job completed'
    @empty
} else {
    set xrange [1:wide(most_completion)]
    plot for [i = 1:n] data index sprintf('completion %d', i) using (late($1)):(100 * $2) \
        with lines linetype i
}
set xlabel 'wait, s (none: 1 s)'
if (started == 0) {
    word = 'no job began'
    @empty
} else {
    set xrange [1:wide(most_wait)]
    plot for [i = 1:n] data index sprintf('wait %d', i) using (late($1)):(100 * $2) \
        with lines linetype i
}
set xlabel 'bounded slowdown'
if (completed == 0) {
    word = 'no job completed'
    @empty
} else {
    set xrange [1:wide(most_slowdown)]
    plot for [i = 1:n] data index sprintf('slowdown %d', i) using 1:(100 * $2) \
        with lines linetype i
}
unset multiplot
