# heatmap: utilization of nodes over time
set xrange [from:to]
set xlabel 'time, '.time_unit
set title label[1]
unset key
if (drawn) {
    set style fill solid noborder
    set ylabel sprintf('%d nodes', nodes)
    if (nodes < 10) { set ytics 1 }
    set yrange [0:nodes]
    set cbrange [0:100]
    set cblabel 'utilization, '.percent
    unset grid
    plot data index 'map' using 1:2:3 with image
} else {
    set label 1 'utilization (gpu'.under.'util) was not sampled in this run' at graph 0.5, graph 0.5 center
    set yrange [0:1]
    plot -1 notitle
}
